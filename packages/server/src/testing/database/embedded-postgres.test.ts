import { expect, it } from "vitest";
import { ended, startChild } from "./child-process.ts";

it("a run that loads the PostgreSQL from npm keeps its exit code", async () => {
  expect(await ended(startChild("exit-code", []))).toBe(7);
});
