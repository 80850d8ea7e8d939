import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { FileSource } from "../file-source.ts";

/**
 * Opens a file on the disk for `upload`. Rejects if the file does not exist.
 *
 * The upload reads the bytes while it sends them. If the file changes during the upload, the upload fails.
 * `type` is the content type that the upload declares, by default application/octet-stream.
 *
 * Do not use `fs.openAsBlob` instead. The size of its Blob is wrong if the file has 4 GiB or more (nodejs/node#52585).
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { openFile } from "@valetkey/client/node";
 *
 * await writeFile("report.txt", "the report");
 * const file = await openFile("report.txt", { type: "text/plain" });
 * console.log(file.name, file.size); // report.txt 10
 * ```
 */
export async function openFile(path: string, { type = "" }: { type?: string } = {}): Promise<FileSource> {
  const file = { path, ...(await identify({ stat: () => stat(path) })) };
  const lastModified = Math.trunc(file.changedMs);
  return { ...rangeOf(file, { start: 0, end: file.sizeBytes }), name: basename(path), type, lastModified };
}

type OpenedFile = { path: string; sizeBytes: number; changedMs: number };

function rangeOf(file: OpenedFile, { start, end }: { start: number; end: number }): FileSource {
  return {
    size: end - start,
    slice(from, to) {
      const clamp = (offset: number) => Math.min(end, start + Math.max(0, offset));
      return rangeOf(file, { start: clamp(from), end: Math.max(clamp(from), clamp(to)) });
    },
    arrayBuffer: () => read(file, { start, end }),
  };
}

async function read(file: OpenedFile, { start, end }: { start: number; end: number }): Promise<ArrayBuffer> {
  const handle = await open(file.path);
  try {
    const { sizeBytes, changedMs } = await identify(handle);
    if (sizeBytes !== file.sizeBytes || changedMs !== file.changedMs) {
      throw new Error(`${file.path} has changed since it was opened`);
    }
    const bytes = new Uint8Array(end - start);
    for (let filled = 0; filled < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw new Error(`${file.path} is shorter than before`);
      filled += bytesRead;
    }
    return bytes.buffer;
  } finally {
    await handle.close();
  }
}

/** Reads the size and the time of the last change. If one of them differs later, the file has changed. */
async function identify(file: { stat(): Promise<{ size: number; mtimeMs: number; isFile(): boolean }> }) {
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error("Only a regular file can be uploaded");
  return { sizeBytes: stats.size, changedMs: stats.mtimeMs };
}
