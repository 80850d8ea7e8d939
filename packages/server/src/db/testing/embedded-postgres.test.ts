import { expect, it } from "vitest";
import { ended, startChild } from "./child-process.ts";

it("a run that has loaded the PostgreSQL from npm ends with the exit code of its tests", async () => {
  expect(await ended(startChild("exit-code", []))).toBe(7);
});
