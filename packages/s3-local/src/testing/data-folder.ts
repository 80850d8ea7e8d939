import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** The names of all blobs in a data folder. */
export async function blobsIn(dataDir: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, "blobs"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** The names of all unfinished writes in a data folder. */
export function unfinishedIn(dataDir: string): Promise<string[]> {
  return readdir(join(dataDir, "unfinished"));
}
