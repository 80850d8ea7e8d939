import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { selectUpgrade } from "./version-before.ts";

it("the test of the upgrade is left out of a run without the history", async () => {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-no-history-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { missing, line } = selectUpgrade(folder);
  expect(missing).toEqual(["upgrade"]);
  expect(line).toContain("The version before in this run: no; to add it: ");
});
