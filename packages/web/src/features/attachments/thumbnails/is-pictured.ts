/** What is larger is not worth the download. Bytes. */
const MAX_BYTES = 20 * 2 ** 20;
/** Never SVG: it is a document. */
const TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

/** Whether a file gets a small picture of itself. */
export function isPictured({ contentType, sizeBytes }: { contentType: string; sizeBytes: number }): boolean {
  return TYPES.has(contentType) && sizeBytes > 0 && sizeBytes <= MAX_BYTES;
}
