/** How the app shows a file. `none` means that the app cannot show the file. */
export type PreviewKind = "image" | "svg" | "video" | "audio" | "pdf" | "text" | "none";

// The types that the service serves inline (`platform/bucket/download-headers.ts`). The app shows all other files as text, or cannot show
// them.
const KINDS: Readonly<Record<string, PreviewKind>> = {
  ...kindsOf("image", "png jpeg gif webp avif bmp"),
  ...kindsOf("video", "mp4 webm ogg quicktime"),
  ...kindsOf("audio", "mpeg mp4 ogg wav webm flac aac"),
  "image/svg+xml": "svg",
  "application/pdf": "pdf",
};

function kindsOf(kind: "image" | "video" | "audio", subtypes: string): Record<string, PreviewKind> {
  return Object.fromEntries(subtypes.split(" ").map((subtype) => [`${kind}/${subtype}`, kind]));
}

const TEXT_TYPES = /^(?:text\/(?!rtf$).*|application\/(?:.*\+)?(?:json|xml|yaml|toml|javascript|sql|x-sh|x-ndjson))$/;
const TEXT_NAMES: ReadonlySet<string> = new Set(
  `txt text log md markdown rst csv tsv json jsonl ndjson geojson yaml yml toml ini conf cfg env
  html htm xml xsl css scss js mjs cjs jsx ts tsx vue svelte php c h cc cpp hpp cs go java kt rs py rb pl lua swift scala sql
  sh bash bat cmd ps1 tex srt vtt ics vcf diff patch`.split(/\s+/),
);

/** Returns the kind for the verified content type. Without a verified content type, the extension of a text file is enough. */
export function previewKindOf({ contentType, filename }: { contentType: string; filename: string }): PreviewKind {
  const kind = KINDS[contentType];
  if (kind !== undefined) return kind;
  if (TEXT_TYPES.test(contentType)) return "text";
  const extension = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
  return contentType === "application/octet-stream" && TEXT_NAMES.has(extension) ? "text" : "none";
}
