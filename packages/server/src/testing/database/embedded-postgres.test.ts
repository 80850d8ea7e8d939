import { expect, it } from "vitest";
import { ended, startChild } from "./child-process.ts";

it("keeps the exit code of a run that loads the PostgreSQL from npm", async () => {
  expect(await ended(startChild("exit-code", []))).toBe(7);
});
