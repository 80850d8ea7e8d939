/** How a file is shown. `none`: the file has no preview. */
export type PreviewKind = "image" | "svg" | "video" | "audio" | "pdf" | "text" | "none";

// The types that the service serves inline (`platform/bucket/serving.ts`). Files of other types are shown as text, or have no preview.
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

/** Decides by the verified content type. Without a verified type, the extension of a text file is enough. */
export function previewKindOf({ contentType, filename }: { contentType: string; filename: string }): PreviewKind {
  const kind = KINDS[contentType];
  if (kind !== undefined) return kind;
  if (TEXT_TYPES.test(contentType)) return "text";
  const extension = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
  return contentType === "application/octet-stream" && TEXT_NAMES.has(extension) ? "text" : "none";
}

/** What a file is for people, for its icon and for the filter of a list. */
export type FileKind = "image" | "video" | "audio" | "pdf" | "text" | "table" | "archive" | "code" | "other";

const BY_EXTENSION: Record<string, FileKind> = {
  ...extensions("archive", "zip tar gz tgz bz2 xz zst 7z rar"),
  ...extensions("table", "csv tsv xls xlsx ods numbers"),
  ...extensions("code", "js ts jsx tsx json html css py rb go rs c h cpp java kt swift sh sql xml yaml yml toml"),
  ...extensions("text", "txt md rtf doc docx odt pages"),
  ...extensions("image", "heic heif svg psd tif tiff"),
};

function extensions(kind: FileKind, names: string): Record<string, FileKind> {
  return Object.fromEntries(names.split(" ").map((extension) => [extension, kind]));
}

/** Returns the kind of a file by a known extension, and otherwise by the content type. */
export function kindOfFile({ filename, contentType }: { filename: string; contentType: string }): FileKind {
  const byExtension = BY_EXTENSION[filename.slice(filename.lastIndexOf(".") + 1).toLowerCase()];
  if (byExtension !== undefined) return byExtension;
  const [type = "", subtype = ""] = contentType.split(/[/;]/);
  if (type === "image" || type === "video" || type === "audio" || type === "text") return type;
  return subtype === "pdf" ? "pdf" : "other";
}
