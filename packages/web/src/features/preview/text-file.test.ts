import { expect, it } from "vitest";
import { stubPage } from "../../testing/stub-page.ts";

stubPage();
const { wholeLines } = await import("./text-file.tsx");

it("the preview of the first part of a text omits the incomplete last line", () => {
  expect(wholeLines("a,b\nc,d\ne")).toBe("a,b\nc,d\n");
});

it("the preview of the first part of a text shows a single incomplete line", () => {
  expect(wholeLines("a,b\rc,d")).toBe("a,b\rc,d");
});
