import { readdir } from "node:fs/promises";
import { join } from "node:path";

export async function blobsIn(dataDir: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, "blobs"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

export function unfinishedIn(dataDir: string): Promise<string[]> {
  return readdir(join(dataDir, "unfinished"));
}
