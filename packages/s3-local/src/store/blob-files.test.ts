import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createBlobWriter } from "./blob-files.ts";

test("the blob writer frees the memory of written bytes, except shared memory", async () => {
  const folder = await mkdtemp(join(tmpdir(), "blob-writer-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const temporary = join(folder, "blob");
  const writer = createBlobWriter({ name: "blob", temporary, publish: async () => undefined });
  const shared = randomBytes(1_000);
  const kept = Buffer.from(shared);
  const pieces = [randomBytes(900_000), shared.subarray(1), randomBytes(900_000)];
  const expected = Buffer.concat(pieces);

  for (const piece of pieces) await writer.write(piece);
  await writer.finish();

  expect((await readFile(temporary)).equals(expected)).toBe(true);
  expect(pieces.map(({ length }) => length)).toEqual([0, 999, 0]);
  expect(shared.equals(kept)).toBe(true);
});
