import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "./open-sqlite.ts";

/** Returns the bytes of a new SQLite database with the current schema of an embedding. */
export async function createEmptyDatabase(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-empty-"));
  try {
    const file = join(folder, "empty.db");
    await (await openSqlite({ file, clock: Date.now, usedBy: "embedding" })).close();
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
