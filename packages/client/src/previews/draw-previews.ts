import { browser, type Canvas, type Picture } from "./browser.ts";
import type { MadePreview } from "./preview.ts";
import { stripMetadata } from "./strip-metadata.ts";

// The service's limits in pixels and bytes (`PREVIEW_LIMITS` in contract/previews.ts). The larger size comes first, because the smaller
// picture is drawn from the larger picture.
const SIZES = [
  { name: "large", side: 1_600, maxBytes: 400_000 },
  { name: "small", side: 320, maxBytes: 40_000 },
] as const;

/**
 * The scales and qualities with which the client tries to keep a preview under its byte limit. After the last attempt, there is no preview.
 */
const ATTEMPTS = [
  { scale: 1, qualities: [0.8, 0.65, 0.5] },
  { scale: 0.75, qualities: [0.5] },
  { scale: 0.5, qualities: [0.5] },
];

/**
 * Draws the previews of a picture, and closes the picture. A picture that is not larger than the preview `small` gets only this preview.
 */
export async function drawPreviews(picture: Picture): Promise<MadePreview[]> {
  const previews: MadePreview[] = [];
  let source: Canvas | Picture = picture;
  try {
    for (const { name, side, maxBytes } of SIZES) {
      if (name === "large" && longest(picture) <= SIZES[1].side) continue;
      const drawn = await drawWithin(source, { side, maxBytes });
      if (drawn === undefined) continue;
      previews.unshift({ name, bytes: drawn.bytes });
      source = drawn.canvas;
    }
    return previews;
  } finally {
    picture.close();
  }
}

const longest = ({ width, height }: { width: number; height: number }): number => Math.max(width, height);

type Limits = { side: number; maxBytes: number };

async function drawWithin(source: Canvas | Picture, { side, maxBytes }: Limits) {
  for (const { scale, qualities } of ATTEMPTS) {
    const canvas = draw(source, side * scale);
    for (const quality of qualities) {
      const bytes = await stripMetadata(await write(canvas, quality));
      if (bytes.size <= maxBytes) return { bytes, canvas };
    }
  }
  return undefined;
}

function draw(source: Canvas | Picture, side: number): Canvas {
  const scale = Math.min(1, side / longest(source));
  const [width, height] = [source.width, source.height].map((length) => Math.max(1, Math.round(length * scale)));
  const canvas = new browser.OffscreenCanvas(width as number, height as number);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * Writes a canvas as WebP. A browser that cannot write WebP returns another type. The function then writes a JPEG with a white background.
 */
async function write(canvas: Canvas, quality: number): Promise<Blob> {
  const webp = await canvas.convertToBlob({ type: "image/webp", quality });
  if (webp.type === "image/webp") return webp;
  const context = contextOf(canvas);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

function contextOf(canvas: Canvas) {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("The browser has no canvas to draw on.");
  return context;
}

export function decode(file: Blob): Promise<Picture> {
  return browser.createImageBitmap(file, { imageOrientation: "from-image" });
}
