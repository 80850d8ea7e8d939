import type { LinkFile, Preview } from "@valetkey/client";

export type FileLayout = "grid" | "list";
/** The width and height of a picture. Only the aspect ratio matters. */
export type Shape = { width: number; height: number };

/** The minimum number of photos for a grid, unless the user chooses the grid. */
const FEWEST_PHOTOS = 3;

/** Returns the default layout of files: a grid if most files are photos or videos. */
export function usualLayout({ photos, files }: { photos: number; files: number }): FileLayout {
  return photos >= FEWEST_PHOTOS && photos * 2 > files ? "grid" : "list";
}

/** The aspect ratio of a tile without a picture, or with a picture whose size the page does not know yet. */
const USUAL_RATIO = 1.25;
/**
 * The range of aspect ratios of tiles. A narrower tile would be too small for a finger, and before a wider tile, a row would have only few
 * tall tiles.
 */
const TILE_RATIOS = { min: 0.5, max: 2 };
/** The range of aspect ratios of pictures that fill their tile. A crop would remove most of any other picture. */
const CROPPED_RATIOS = { min: 0.4, max: 5 };

/** Returns the aspect ratio of the tile of a picture. `isCropped`: the picture fills the tile, which may hide its edges. */
export function tileOf(shape: Shape | undefined): { ratio: number; isCropped: boolean } {
  if (shape === undefined) return { ratio: USUAL_RATIO, isCropped: false };
  const exact = shape.width / shape.height;
  const ratio = Math.min(TILE_RATIOS.max, Math.max(TILE_RATIOS.min, exact));
  const isCropped = exact >= CROPPED_RATIOS.min && exact <= CROPPED_RATIOS.max;
  return { ratio: Math.round(ratio * 1000) / 1000, isCropped };
}

/** Returns the preview of a file with its width and height, or undefined if the service has no such preview. */
export function previewOf({ previews = [] }: Pick<LinkFile, "previews">, name: Preview["name"]): Preview | undefined {
  return previews.find((preview) => preview.name === name);
}

/** The longest side of a large preview in pixels. If a preview is shorter, the original is not larger than the preview. */
const LARGE_SIDE = 1600;

/**
 * Returns the style of the largest box with the aspect ratio of a picture that fits into its container. The page never enlarges a small
 * picture.
 */
export function boxOf({ width, height }: Shape) {
  const own = Math.max(width, height) < LARGE_SIDE ? `, ${width}px` : "";
  return { width: `min(100cqw, 100cqh * ${width / height}${own})`, aspectRatio: `${width} / ${height}` };
}
