import { openPdf } from "./pdf.ts";

/** The longest side of the drawn page in pixels. */
const SIDE = 1_600;

/** Draws the first page of a PDF. Rejects if the PDF is damaged or has a password. After an abort, the promise may stay pending. */
export async function drawFirstPage(file: Blob, signal: AbortSignal): Promise<ImageBitmap> {
  const closed = new AbortController();
  const { promise: failed, reject: onFailure } = Promise.withResolvers<never>();
  const source = {
    sizeBytes: file.size,
    read: async ({ from, to }: { from: number; to: number }) =>
      new Uint8Array(await file.slice(from, to).arrayBuffer()),
  };
  try {
    const opening = openPdf(source, { onFailure, signal: AbortSignal.any([signal, closed.signal]) });
    const page = await (await Promise.race([opening, failed])).getPage(1);
    const { width, height } = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: SIDE / Math.max(width, height) });
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(viewport.width);
    canvas.height = Math.ceil(viewport.height);
    await Promise.race([page.render({ canvas, viewport }).promise, failed]);
    return await createImageBitmap(canvas);
  } finally {
    closed.abort();
  }
}
