import { createRequire } from "node:module";

type Image = {
  resize(width: number, height: number): Image;
  withMetadata(options: { orientation: number }): Image;
  toBuffer(): Promise<Buffer>;
} & Record<"jpeg" | "png" | "webp" | "gif" | "tiff" | "avif", (options?: object) => Image>;
type Sharp = (input: Buffer | object) => Image;

export type PhotoType = "jpeg" | "png" | "webp" | "gif" | "avif" | "tiff";

type PhotoOptions = { type?: PhotoType; width?: number; height?: number; orientation?: number };

const made = new Map<string, Promise<Buffer>>();

/**
 * Makes a real picture with noise. Default: a picture that is larger than a large preview. `orientation`: the orientation in the metadata.
 * Calls with equal options return the same picture, because the noise takes up to a second of CPU time.
 */
export function makePhoto(options: PhotoOptions = {}): Promise<Buffer> {
  const key = JSON.stringify(options);
  const photo = made.get(key) ?? drawNoise(options);
  made.set(key, photo);
  return photo;
}

async function drawNoise({
  type = "jpeg",
  width = 1800,
  height = 1200,
  orientation = 1,
}: PhotoOptions): Promise<Buffer> {
  const sharp = createRequire(import.meta.url)("sharp") as Sharp;
  const noise = { type: "gaussian", mean: 128, sigma: 8 };
  const picture = sharp({ create: { width, height, channels: 3, background: "black", noise } });
  return picture[type](type === "avif" ? { effort: 0 } : {})
    .withMetadata({ orientation })
    .toBuffer();
}
