import { describe, expect, it } from "vitest";
import { boxOf, tileOf, usualLayout } from "./picture-layout.ts";

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

  it("the page never enlarges a picture that is smaller than a large preview", () => {
    expect(boxOf({ width: 800, height: 400 }).width).toBe("min(100cqw, 100cqh * 2, 800px)");
    expect(boxOf({ width: 1600, height: 800 }).width).toBe("min(100cqw, 100cqh * 2)");
  });
});
