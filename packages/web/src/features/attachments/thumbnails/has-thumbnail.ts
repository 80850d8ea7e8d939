/** A larger image is not worth the download. Bytes. */
const MAX_BYTES = 20 * 2 ** 20;
/** SVG is excluded, because it is a document that can run scripts. */
const TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

export function hasThumbnail({ contentType, sizeBytes }: { contentType: string; sizeBytes: number }): boolean {
  return TYPES.has(contentType) && sizeBytes > 0 && sizeBytes <= MAX_BYTES;
}
