import { expect, it } from "vitest";
import { dialOf } from "./time-left.ts";

it.each([
  [1, 60],
  [60, 60],
  [61, 600],
  [5 * 86_400, 7 * 86_400],
  [400 * 86_400, 400 * 86_400],
])("the dial of a link shows %i remaining seconds on a scale of %i seconds", (leftSeconds, dial) => {
  expect(dialOf(leftSeconds)).toBe(dial);
});
