/** The size of the largest image that gets a thumbnail. The page would have to download too many bytes for a larger image. Bytes. */
const MAX_BYTES = 20 * 2 ** 20;
/** SVG is excluded, because it is a document that can run scripts. */
const TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

export function hasThumbnail({ contentType, sizeBytes }: { contentType: string; sizeBytes: number }): boolean {
  return TYPES.has(contentType) && sizeBytes > 0 && sizeBytes <= MAX_BYTES;
}

/** The width and height of a thumbnail: twice the 40 px that the page shows, for screens of high density. Pixels. */
const SIDE = 80;

/** Draws the middle of an image as a square of 80 px. Rejects if the browser cannot show the image. */
export async function drawThumbnail(image: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(image);
  try {
    const side = Math.min(bitmap.width, bitmap.height);
    const canvas = new OffscreenCanvas(SIDE, SIDE);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("There is no canvas to draw on.");
    context.imageSmoothingQuality = "high";
    const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    context.drawImage(bitmap, left, top, side, side, 0, 0, SIDE, SIDE);
    return await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  } finally {
    bitmap.close();
  }
}
