import type { Attachment } from "@valetkey/client";

/** How a file is shown; none: not at all. */
export type Kind = "image" | "drawing" | "video" | "audio" | "pdf" | "text" | "none";

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

// What the service lets a browser show in place (its `domain/serving.ts`); of anything else the bytes are read as text, or not at all.
const KINDS: Readonly<Record<string, Kind>> = {
  "image/png": "image",
  "image/jpeg": "image",
  "image/gif": "image",
  "image/webp": "image",
  "image/avif": "image",
  "image/bmp": "image",
  "image/svg+xml": "drawing",
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

/** By the type that the service has verified; where there was none, a name that promises text is enough. */
export function kindOf({ contentType, filename }: Attachment): Kind {
  const kind = KINDS[contentType];
  if (kind !== undefined) return kind;
  if (TEXT_TYPES.test(contentType)) return "text";
  const extension = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
  return BY_NAME.test(contentType) && TEXT_NAMES.has(extension) ? "text" : "none";
}
