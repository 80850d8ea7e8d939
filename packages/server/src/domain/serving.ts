/** How a browser is told to treat a file: save it, or show it. */
export type Disposition = "attachment" | "inline";

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;
const DEFAULT_TYPE = "application/octet-stream";

// What a browser shows without running anything: no HTML, SVG, XML or script is here, and nothing is by default.
const INLINE_TYPES = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
  "application/pdf",
  "text/plain",
  "audio/mpeg",
  "audio/mp4",
  "audio/ogg",
  "audio/wav",
  "audio/webm",
  "audio/flac",
  "audio/aac",
  "video/mp4",
  "video/webm",
  "video/ogg",
  "video/quicktime",
]);

/** The media type in lower case without parameters; anything empty or malformed becomes application/octet-stream. */
export function normaliseContentType(contentType: string): string {
  const type = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  return MEDIA_TYPE.test(type) ? type : DEFAULT_TYPE;
}

/**
 * What is signed into a download: the asked disposition and the stored type when the type is on the inline allow-list,
 * else `attachment` and application/octet-stream, whatever was asked (docs/security-requirements.md, 12).
 */
export function safeServing(
  contentType: string,
  asked: Disposition,
): { disposition: Disposition; contentType: string } {
  if (INLINE_TYPES.has(contentType)) {
    // Text is served as UTF-8 so that no browser guesses another charset.
    return {
      disposition: asked,
      contentType: contentType === "text/plain" ? "text/plain; charset=utf-8" : contentType,
    };
  }
  return { disposition: "attachment", contentType: DEFAULT_TYPE };
}
