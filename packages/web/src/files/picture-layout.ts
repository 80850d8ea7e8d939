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

/** The space between tiles in pixels, as in `picture-block` (theme.css). */
const GAP = 4;
/** The heights of a row, as multiples of the usual height. A taller row is cropped, as in `picture-grid` (theme.css). */
const HEIGHTS = { min: 0.95, best: 1.1, max: 1.3 };

/** A row of tiles. `shares`: the part of the row's width that each tile has. */
type TileRow = { shares: number[]; height: number };

/**
 * Divides tiles into rows that fill the width and have about the same height. `rowHeight`: the usual height of a row. `isLast`: whether the
 * last row may be shorter than the width. All sizes are in pixels.
 */
export function layOutTiles(
  ratios: readonly number[],
  { width, rowHeight, isLast }: { width: number; rowHeight: number; isLast: boolean },
): { rows: TileRow[]; height: number } {
  const bestHeight = HEIGHTS.best * rowHeight;
  // For each number of tiles, the last of the best rows of these tiles.
  const ends: { start: number; height: number; share: number; deviation: number }[] = [];
  for (let end = 1; end <= ratios.length; end++) {
    let sum = 0;
    for (let start = end - 1; start >= 0; start--) {
      sum += ratios[start] ?? 0;
      const free = width - GAP * (end - start - 1);
      if (free / sum < HEIGHTS.min * rowHeight && start < end - 1) break;
      const isShort = isLast && end === ratios.length && free / sum > HEIGHTS.max * rowHeight;
      const height = isShort ? bestHeight : free / sum;
      const deviation = (ends[start]?.deviation ?? 0) + Math.log(height / bestHeight) ** 4;
      if (deviation < (ends[end]?.deviation ?? Number.POSITIVE_INFINITY)) {
        ends[end] = { start, height: Math.min(height, HEIGHTS.max * rowHeight), share: height / free, deviation };
      }
    }
  }
  const rows: TileRow[] = [];
  for (let end = ratios.length, row = ends[end]; row !== undefined; end = row.start, row = ends[end]) {
    const { start, height, share } = row;
    rows.unshift({ shares: ratios.slice(start, end).map((ratio) => ratio * share), height });
  }
  return { rows, height: rows.reduce((sum, { height }) => sum + height, GAP * (rows.length - 1)) };
}

/** The size of a tile as CSS. */
export type TileSize = { width: string; height: number };

/** Returns the sizes of the tiles in a row. A row is slightly narrower than the grid, so that a rounding error adds no row. */
export function sizesOf({ shares, height }: TileRow): TileSize[] {
  const free = `(100% - ${GAP * (shares.length - 1)}px)`;
  return shares.map((share) => ({ width: `calc(${free} * ${share.toFixed(4)} - 0.1px)`, height }));
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
