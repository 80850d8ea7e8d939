import type { Attachment } from "@valetkey/client";

/** How a file is shown. none: it has no preview. */
export type PreviewKind = "image" | "svg" | "video" | "audio" | "pdf" | "text" | "none";

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

// The types that the service serves inline (`domain/serving.ts`). Files of other types are shown as text, or not at all.
const KINDS: Readonly<Record<string, PreviewKind>> = {
  "image/png": "image",
  "image/jpeg": "image",
  "image/gif": "image",
  "image/webp": "image",
  "image/avif": "image",
  "image/bmp": "image",
  "image/svg+xml": "svg",
  "application/pdf": "pdf",
  "video/mp4": "video",
  "video/webm": "video",
  "video/ogg": "video",
  "video/quicktime": "video",
  "audio/mpeg": "audio",
  "audio/mp4": "audio",
  "audio/ogg": "audio",
  "audio/wav": "audio",
  "audio/webm": "audio",
  "audio/flac": "audio",
  "audio/aac": "audio",
};

const TEXT_TYPES = /^(?:text\/(?!rtf$).*|application\/(?:.*\+)?(?:json|xml|yaml|toml|javascript|sql|x-sh|x-ndjson))$/;
const TEXT_NAMES = words(`
  txt text log md markdown rst csv tsv json jsonl ndjson geojson yaml yml toml ini conf cfg env
  html htm xml xsl css scss js mjs cjs jsx ts tsx vue svelte php c h cc cpp hpp cs go java kt rs py rb pl lua swift scala sql
  sh bash bat cmd ps1 tex srt vtt ics vcf diff patch
`);
const BY_NAME = /^(?:application\/octet-stream)$/;

/** Uses the verified content type. If there is none, a file name that promises text is enough. */
export function previewKindOf({ contentType, filename }: Attachment): PreviewKind {
  const kind = KINDS[contentType];
  if (kind !== undefined) return kind;
  if (TEXT_TYPES.test(contentType)) return "text";
  const extension = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
  return BY_NAME.test(contentType) && TEXT_NAMES.has(extension) ? "text" : "none";
}
