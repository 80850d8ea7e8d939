import { describe, expect, it } from "vitest";
import { usualLayout } from "./file-layout.ts";

describe("the usual layout of the files of a note", () => {
  it.each([
    [3, 3, "grid"],
    [3, 5, "grid"],
    [3, 6, "list"],
    [2, 2, "list"],
    [0, 0, "list"],
  ] as const)("a note with %i pictures among %i files shows a %s", (pictures, files, layout) => {
    expect(usualLayout({ pictures, files })).toBe(layout);
  });
});
