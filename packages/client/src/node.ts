import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";

export { fileStore } from "./stores/file-store.ts";

/**
 * Opens a file of the disk for `upload`, without reading it: the bytes are read as they are sent.
 * `type` is the content type to declare, default application/octet-stream. Rejects when there is no such file.
 */
export async function openFile(path: string, { type = "" }: { type?: string } = {}): Promise<File> {
  const { mtimeMs } = await stat(path);
  return new File([await openAsBlob(path)], basename(path), { type, lastModified: Math.trunc(mtimeMs) });
}
