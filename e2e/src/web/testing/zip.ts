import { buffer } from "node:stream/consumers";
import { openPromise } from "yauzl";

export type ZipEntry = { name: string; bytes: Buffer };

/** Reads all entries of a ZIP file into memory. Rejects if the ZIP is damaged. */
export async function readZip(path: string): Promise<ZipEntry[]> {
  const zip = await openPromise(path);
  const entries: ZipEntry[] = [];
  for await (const entry of zip.eachEntry()) {
    entries.push({ name: entry.fileName, bytes: await buffer(await zip.openReadStreamPromise(entry)) });
  }
  return entries;
}
