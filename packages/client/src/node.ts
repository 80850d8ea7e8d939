import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { Bytes } from "./download.ts";
import { ValetKeyError } from "./errors.ts";
import { createUniqueNames, type NamedFile } from "./file-names.ts";
import type { FileSource } from "./send-bytes.ts";
import type { UploadStore } from "./upload/store.ts";

/**
 * Opens a file on the disk for `upload`. Rejects if the file does not exist.
 *
 * The upload reads the file while it sends the bytes, and fails if the file changes meanwhile. `type`: the declared content type of the
 * upload. Default: application/octet-stream.
 *
 * Do not use `fs.openAsBlob` instead, because its Blob has a wrong size if the file has 4 GiB or more (nodejs/node#52585).
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

/** Reads the size and the modification time of a file. If the size or the time differs later, the file has changed. */
async function identify(file: { stat(): Promise<{ size: number; mtimeMs: number; isFile(): boolean }> }) {
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error("Only a regular file can be uploaded");
  return { sizeBytes: stats.size, changedMs: stats.mtimeMs };
}

/**
 * Saves a download in the folder of its file below a directory. Returns the path of the saved file. `saveIn` never writes outside of the
 * directory, even if the service sends a hostile path. If a file of the same name exists, the new name gets a number. Throws
 * `invalid_option` if a folder of the path is a symbolic link or a file. A failed download leaves no file.
 *
 * @example
 * ```ts
 * import { openLink } from "@valetkey/client";
 * import { saveIn } from "@valetkey/client/node";
 *
 * const visit = openLink("the-token-of-the-link", { baseUrl: "https://files.example.com" });
 * const link = await visit.look();
 * if (link.state === "open") {
 *   for (const file of link.files ?? []) {
 *     console.log(await saveIn("backup", await visit.download(file))); // backup/hello.txt
 *   }
 * }
 * ```
 */
export async function saveIn(
  directory: string,
  download: Bytes & ({ attachment: NamedFile } | { file: NamedFile }),
): Promise<string> {
  const { path, handle } = await createFile(directory, "file" in download ? download.file : download.attachment);
  try {
    await pipeline(Readable.fromWeb(download.stream as ReadableStream), handle.createWriteStream());
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function createFile(directory: string, file: NamedFile) {
  await mkdir(directory, { recursive: true });
  const nextName = createUniqueNames();
  for (;;) {
    const [name = "", ...folders] = nextName(file).split("/").reverse();
    const path = join(await createFolders(directory, folders.reverse()), name);
    try {
      return { path, handle: await open(path, "wx") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Creates the folders of a file, and returns the innermost folder. Refuses symbolic links, which could lead out of the directory. */
async function createFolders(directory: string, folders: readonly string[]): Promise<string> {
  let path = directory;
  for (const folder of folders) {
    path = join(path, folder);
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    if (!(await lstat(path)).isDirectory()) {
      throw new ValetKeyError("invalid_option", `${path} is not a folder, so no file is saved in it.`);
    }
  }
  return path;
}

/**
 * Stores unfinished uploads in a JSON file. Only one process may use the store file at a time.
 *
 * Each change replaces the whole file. If the process is killed during a change, the old or the new file remains, and this file is
 * complete.
 *
 * @example
 * ```ts
 * import { createClient } from "@valetkey/client";
 * import { fileStore } from "@valetkey/client/node";
 *
 * const store = fileStore("uploads.json");
 * const client = createClient({ baseUrl: "https://files.example.com", store });
 * const { limits } = await client.instance();
 * console.log(limits.urlTtlDefaultSeconds); // 60
 * ```
 */
export function fileStore(path: string): UploadStore {
  let entries: Promise<Record<string, string>> | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function change(apply: (entries: Record<string, string>) => void): Promise<void> {
    entries ??= readEntries(path);
    const current = await entries;
    apply(current);
    writing = writing.catch(() => undefined).then(() => replaceFile(path, JSON.stringify(current)));
    await writing;
  }

  return {
    async get(key) {
      entries ??= readEntries(path);
      return (await entries)[key];
    },
    set: (key, value) => change((current) => Object.assign(current, { [key]: value })),
    remove: (key) => change((current) => delete current[key]),
  };
}

async function readEntries(path: string): Promise<Record<string, string>> {
  try {
    return { ...JSON.parse(await readFile(path, "utf8")) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return {};
    throw error;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600, flush: true });
  await rename(temporary, path);
}
