import { expect, it } from "vitest";
import { stubPage } from "../../testing/stub-page.ts";

stubPage();
const { wholeLines } = await import("./text-file.tsx");

it("the preview of a partly loaded text omits the last line, which may be incomplete", () => {
  expect(wholeLines("a,b\nc,d\ne")).toBe("a,b\nc,d\n");
});

it("the preview of a partly loaded text shows the line if the text has only one line", () => {
  expect(wholeLines("a,b\rc,d")).toBe("a,b\rc,d");
});
