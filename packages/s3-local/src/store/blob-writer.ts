import { type FileHandle, open, rm } from "node:fs/promises";
import { freeBytes } from "./free-bytes.ts";

export type BlobWriter = {
  /** Writes bytes and frees their memory, so do not use the bytes after the call. Await a returned promise before the next call. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Makes the blob durable and returns its name. Returns undefined, and makes no file, if there are no bytes. */
  finish(): Promise<string | undefined>;
  /** Deletes the unfinished file. Works also after a failed write. */
  discard(): Promise<void>;
};

const BATCH_BYTES = 1024 * 1024;
// Large bodies are synced in steps while they arrive. With only one sync at the end, the client would wait long for the response.
const SYNC_EVERY_BYTES = 64 * 1024 * 1024;

type BlobWriterOptions = { name: string; temporary: string; publish: () => Promise<void> };

/** Makes a writer that collects bytes into large writes. The writer collects the next batch while it writes the previous batch. */
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
  // If the disk is full or a signal arrives, a write can end early. If the disk is full, the next write fails.
  let rest = Buffer.concat(buffers).subarray(bytesWritten);
  while (rest.length > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
}

function ignoreUntilAwaited(promise: Promise<void>): Promise<void> {
  promise.catch(() => {
    // The caller awaits the same promise later, and gets the error then.
  });
  return promise;
}
