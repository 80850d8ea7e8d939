import type { LinkFile, Preview } from "@valetkey/client";

/** How a page shows files. */
export type FileLayout = "grid" | "list";
/** The width and height of a picture. Only their ratio matters. */
export type Shape = { width: number; height: number };

/** A page shows a grid by itself only for at least this many photos. */
const FEWEST_PHOTOS = 3;

/** Returns the usual layout of files: the grid if most of them are photos or videos. */
export function usualLayout({ photos, files }: { photos: number; files: number }): FileLayout {
  return photos >= FEWEST_PHOTOS && photos * 2 > files ? "grid" : "list";
}

/** The ratio of a file without a picture, and of a picture whose shape the page does not know yet. */
const USUAL_RATIO = 1.25;
/** A picture outside of this range is shown whole in a tile of the nearest shape. A narrower tile would be too small for a finger. */
const RATIOS = { min: 0.5, max: 5 };

/** Returns the ratio of the tile of a picture. `isExact`: the tile has the shape of the picture. */
export function tileOf(shape: Shape | undefined): { ratio: number; isExact: boolean } {
  if (shape === undefined) return { ratio: USUAL_RATIO, isExact: false };
  const exact = shape.width / shape.height;
  const ratio = Math.min(RATIOS.max, Math.max(RATIOS.min, exact));
  return { ratio: Math.round(ratio * 1000) / 1000, isExact: ratio === exact };
}

/** Returns the preview of a file with its width and height, if the service has one. */
export function previewOf({ previews = [] }: Pick<LinkFile, "previews">, name: Preview["name"]): Preview | undefined {
  return previews.find((preview) => preview.name === name);
}

/** The longest side of a large preview. The original of a shorter preview is not larger than the preview. Pixels. */
const LARGE_SIDE = 1600;

/** The style of the largest box with the shape of a picture that fits into its container. A small picture keeps its size. */
export function boxOf({ width, height }: Shape) {
  const own = Math.max(width, height) < LARGE_SIDE ? `, ${width}px` : "";
  return { width: `min(100cqw, 100cqh * ${width / height}${own})`, aspectRatio: `${width} / ${height}` };
}
