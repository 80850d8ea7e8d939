import { describe, expect, it } from "vitest";
import { boxOf, layOutTiles, tileOf, usualLayout } from "./picture-layout.ts";

describe("the layout of pictures", () => {
  it.each([
    [3, 3, "grid"],
    [3, 5, "grid"],
    [3, 6, "list"],
    [2, 2, "list"],
    [0, 0, "list"],
  ] as const)(
    "the number of photos decides the layout of a note (%i photos, %i files: %s)",
    (photos, files, layout) => {
      expect(usualLayout({ photos, files })).toBe(layout);
    },
  );

  it.each([
    [
      { width: 320, height: 160 },
      { ratio: 2, isCropped: true },
    ],
    [
      { width: 320, height: 80 },
      { ratio: 2, isCropped: true },
    ],
    [
      { width: 320, height: 20 },
      { ratio: 2, isCropped: false },
    ],
    [
      { width: 20, height: 320 },
      { ratio: 0.5, isCropped: false },
    ],
    [undefined, { ratio: 1.25, isCropped: false }],
  ])("the size of a picture decides the shape of its tile (%o: %o)", (shape, tile) => {
    expect(tileOf(shape)).toEqual(tile);
  });

  it.each([
    { width: 358, rowHeight: 86 },
    { width: 656, rowHeight: 148 },
    { width: 1400, rowHeight: 148 },
  ])("a grid of pictures has full rows of about the same height (%o)", (size) => {
    const ratios = Array.from({ length: 40 }, (_, nth) => [1.5, 0.67, 1.33, 2, 1, 0.75, 0.5][nth % 7] ?? 1);
    const { rows, height } = layOutTiles(ratios, { ...size, isLast: false });
    expect(rows.flatMap(({ shares }) => shares)).toHaveLength(40);
    for (const { shares } of rows) expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1);
    const heights = rows.map((row) => row.height);
    expect(Math.max(...heights) / Math.min(...heights)).toBeLessThan(1.4);
    expect(height).toBeCloseTo(heights.reduce((sum, each) => sum + each + 4, -4));
  });

  it("the last row of a grid of pictures is not taller than other rows", () => {
    const { rows } = layOutTiles([1, 1, 1, 1], { width: 310, rowHeight: 100, isLast: true });
    expect(rows.map(({ shares }) => shares.length)).toEqual([3, 1]);
    expect(rows[1]?.height).toBeCloseTo(110);
  });

  it("the page never enlarges a picture that is smaller than a large preview", () => {
    expect(boxOf({ width: 800, height: 400 }).width).toBe("min(100cqw, 100cqh * 2, 800px)");
    expect(boxOf({ width: 1600, height: 800 }).width).toBe("min(100cqw, 100cqh * 2)");
  });
});
