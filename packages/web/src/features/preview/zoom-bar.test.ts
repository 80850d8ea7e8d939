import { expect, it } from "vitest";
import { nextZoom } from "./zoom-bar.tsx";

it.each([
  [1, 1, 1.25],
  [1, -1, 0.75],
  [0.5, -1, undefined],
  [4, 1, undefined],
] as const)("a PDF changes from the zoom level %d by %d steps to the zoom level %s", (zoom, by, next) => {
  expect(nextZoom(zoom, by)).toBe(next);
});
