import { createRequire } from "node:module";

type Image = {
  resize(width: number, height: number): Image;
  withMetadata(options: { orientation: number }): Image;
  toBuffer(): Promise<Buffer>;
} & Record<"jpeg" | "png" | "webp" | "gif" | "tiff" | "avif", (options?: object) => Image>;
type Sharp = (input: Buffer | object) => Image;

export type PhotoType = "jpeg" | "png" | "webp" | "gif" | "avif" | "tiff";

/** Makes a real picture with noise. `orientation`: the orientation in the metadata. */
export async function makePhoto({
  type = "jpeg" as PhotoType,
  width = 2400,
  height = 1600,
  orientation = 1,
} = {}): Promise<Buffer> {
  const sharp = createRequire(import.meta.url)("sharp") as Sharp;
  const noise = { type: "gaussian", mean: 128, sigma: 8 };
  const picture = sharp({ create: { width, height, channels: 3, background: "black", noise } });
  return picture[type](type === "avif" ? { effort: 0 } : {})
    .withMetadata({ orientation })
    .toBuffer();
}
