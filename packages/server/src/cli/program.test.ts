import { Command } from "commander";
import { expect, it, onTestFinished, vi } from "vitest";
import { DomainError } from "../platform/errors.ts";
import { runProgram } from "./program.ts";

it.each([
  new DomainError("storage_full", "The disk of the database is full"),
  Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" }),
])("a command that fails with %s on a full disk says what to do", async (error) => {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => {
    written.mockRestore();
    process.exitCode = undefined;
  });
  const program = new Command().action(() => Promise.reject(error));
  await runProgram(program, ["node", "valetkey", "--"]);
  expect(written.mock.calls.join()).toMatch(/Free space on the disk, and run the command again/);
});
