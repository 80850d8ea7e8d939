import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";

/** The number of blobs that the sweep checks before it lets requests run. */
const LOOKUPS_AT_ONCE = 100;

export type BlobFiles = Awaited<ReturnType<typeof openBlobFiles>>;

/**
 * Opens the blob folder of a data folder, and deletes the unfinished files of an earlier process.
 *
 * A blob is a file with bytes of an object. Blobs are immutable and have random names, so a key is never the name of a file. Every file in
 * the blob folder is complete. The bucket writes a new blob to the folder `unfinished`, syncs the file, and then renames the file into the
 * blob folder.
 */
export async function openBlobFiles(dataDir: string) {
  const unfinished = join(dataDir, "unfinished");
  const root = join(dataDir, "blobs");
  await rm(unfinished, { recursive: true, force: true });
  for (const folder of [unfinished, root]) await mkdir(folder, { recursive: true });
  await syncFolder(dataDir);

  const pinned = new Map<string, number>();
  const doomed = new Set<string>();
  const removals = new Set<Promise<void>>();
  /** The blobs that this process has created. The sweep must keep these blobs, because their rows may come later than their files. */
  let created: Set<string> | undefined = new Set();
  let isClosing = false;
  /** The blobs to delete when the backup ends (see `keepAll`). If undefined, no backup runs, and the bucket deletes blobs immediately. */
  let kept: string[] | undefined;
  const path = (name: string) => join(root, name.slice(0, 2), name);

  /** Moves a finished file durably to the folder with the first two digits of its name, and creates this folder if needed. */
  async function publish(temporary: string, name: string): Promise<void> {
    const folder = join(root, name.slice(0, 2));
    try {
      await rename(temporary, path(name));
    } catch (error) {
      // `instanceof Error` would fail in Jest, which runs this module with another class Error than the modules of Node.js.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await mkdir(folder, { recursive: true });
      await syncFolder(root);
      await rename(temporary, path(name));
    }
    await syncFolder(folder);
  }

  function removeNow(name: string): void {
    if (kept !== undefined) {
      kept.push(name);
      return;
    }
    const removal = unlink(path(name)).catch(() => {
      // The next start of the bucket deletes a blob that could not be deleted.
    });
    removals.add(removal);
    void removal.finally(() => removals.delete(removal));
  }

  function unpin(name: string): void {
    const count = (pinned.get(name) ?? 1) - 1;
    if (count > 0) pinned.set(name, count);
    else {
      pinned.delete(name);
      if (doomed.delete(name)) removeNow(name);
    }
  }

  return {
    /** Starts a new blob, which exists only after `finish` has resolved. */
    create() {
      const name = randomBytes(16).toString("hex");
      created?.add(name);
      const temporary = join(unfinished, name);
      return createBlobWriter({ name, temporary, publish: () => publish(temporary, name) });
    },
    openForReading: (name: string): Promise<FileHandle> => open(path(name), constants.O_RDONLY),
    /** Returns the length of a blob, or -1 if its file is missing. */
    sizeOf: (name: string): Promise<number> => stat(path(name)).then(({ size }) => size, missingSize),
    /** Keeps the given blobs on the disk until the returned function is called, even after `remove`. */
    pin(names: readonly string[]): () => void {
      for (const name of names) pinned.set(name, (pinned.get(name) ?? 0) + 1);
      return () => {
        for (const name of names) unpin(name);
      };
    },
    /** Keeps every blob on the disk until the returned function is called. Only one caller at a time may use `keepAll`. */
    keepAll(): () => void {
      kept = [];
      return () => {
        const names = kept ?? [];
        kept = undefined;
        for (const name of names) removeNow(name);
      };
    },
    /** Deletes blobs to which no row refers. A blob that a request is reading is deleted later. */
    remove(names: readonly string[]): void {
      for (const name of names) {
        if (pinned.has(name)) doomed.add(name);
        else removeNow(name);
      }
    },
    /** Deletes the blobs for which `isKnown` returns false, and returns their number. Requests run meanwhile. */
    async sweep(isKnown: (name: string) => boolean): Promise<number> {
      let removed = 0;
      for (const folder of await readdir(root)) {
        for (const [nth, name] of (await readdir(join(root, folder))).entries()) {
          if (nth % LOOKUPS_AT_ONCE === 0) await setImmediate();
          if (isClosing) return removed;
          if (created?.has(name) || isKnown(name)) continue;
          await rm(join(root, folder, name), { force: true });
          removed += 1;
        }
      }
      created = undefined;
      return removed;
    },
    /** Stops a running sweep before the sweep checks its next blob. */
    stopSweep() {
      isClosing = true;
    },
    settle: () => Promise.all(removals),
  };
}

function missingSize(error: NodeJS.ErrnoException): number {
  if (error.code === "ENOENT") return -1;
  throw error;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

type BlobWriter = {
  /** Writes bytes and frees their memory. Await the returned promise before the next call. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Makes the blob durable, and returns its name. Without bytes, makes no file, and returns undefined. */
  finish(): Promise<string | undefined>;
  /** Deletes the unfinished file of the blob, even after a failed write. */
  discard(): Promise<void>;
};

const BATCH_BYTES = 1024 * 1024;
// The bytes between two syncs of a large body. With one sync at the end, the client would wait long for the response.
const SYNC_EVERY_BYTES = 64 * 1024 * 1024;

type BlobWriterOptions = { name: string; temporary: string; publish: () => Promise<void> };

/** Makes a writer that collects bytes into large writes. During each write, the writer collects the bytes of the next write. */
export function createBlobWriter({ name, temporary, publish }: BlobWriterOptions): BlobWriter {
  let handle: FileHandle | undefined;
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  let unsyncedBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let syncing: Promise<void> = Promise.resolve();

  async function writeBatch(buffers: Uint8Array[], sizeBytes: number): Promise<void> {
    handle ??= await open(temporary, "wx", 0o600);
    await writeAll(handle, buffers, sizeBytes);
    for (const bytes of buffers) freeBytes(bytes);
    unsyncedBytes += sizeBytes;
    if (unsyncedBytes < SYNC_EVERY_BYTES) return;
    unsyncedBytes = 0;
    await syncing;
    syncing = ignoreUntilAwaited(handle.datasync());
  }

  function flush(): Promise<void> {
    const buffers = batch;
    const sizeBytes = batchBytes;
    batch = [];
    batchBytes = 0;
    const before = writing;
    writing = ignoreUntilAwaited(before.then(() => writeBatch(buffers, sizeBytes)));
    return before;
  }

  async function close(): Promise<void> {
    const open = handle;
    handle = undefined;
    await open?.close();
  }

  return {
    write(bytes) {
      batch.push(bytes);
      batchBytes += bytes.length;
      return batchBytes < BATCH_BYTES ? undefined : flush();
    },
    async finish() {
      if (batchBytes > 0) flush();
      await writing;
      await syncing;
      if (handle === undefined) return undefined;
      await handle.sync();
      await close();
      await publish();
      return name;
    },
    async discard() {
      await Promise.allSettled([writing, syncing]);
      await close();
      await rm(temporary, { force: true });
    },
  };
}

async function writeAll(handle: FileHandle, buffers: Uint8Array[], sizeBytes: number): Promise<void> {
  const { bytesWritten } = await handle.writev(buffers);
  if (bytesWritten === sizeBytes) return;
  // A write can end early, because of a signal or a full disk. On a full disk, the next write fails.
  let rest = Buffer.concat(buffers).subarray(bytesWritten);
  while (rest.length > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
}

function ignoreUntilAwaited(promise: Promise<void>): Promise<void> {
  promise.catch(() => {
    // The caller gets this error when it awaits the promise.
  });
  return promise;
}

/**
 * Frees the memory of bytes that are no longer used. Does nothing if the bytes are only a part of their buffer, because other code may use
 * the rest. V8 would also free the memory, but only after 64 MiB of unused bytes.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
