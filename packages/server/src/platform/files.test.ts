import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, it, onTestFinished } from "vitest";
import { writeDurably } from "./files.ts";

it("writeDurably keeps the old file if the new bytes have a wrong SHA-256", async () => {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-files-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "blob");
  const { sha256 } = await writeDurably(Readable.from([Buffer.from("whole")]), file);
  const damaged = await writeDurably(Readable.from([Buffer.from("wrong")]), file, { sha256 });
  expect(damaged.sha256).not.toBe(sha256);
  expect(await readFile(file, "utf8")).toBe("whole");
  expect(await readdir(folder)).toEqual(["blob"]);
});
