import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createBackups } from "./backup.ts";
import { openBlobFiles } from "./blob-files.ts";
import { createBuckets } from "./buckets.ts";
import { createContents } from "./contents.ts";
import type { WrittenBody } from "./database.ts";
import { openDatabase } from "./database.ts";
import { createGroupCommit } from "./group-commit.ts";
import { createObjects } from "./objects.ts";
import { createReserve } from "./reserve.ts";
import { createUploads } from "./uploads.ts";

/** The data of the buckets: metadata in SQLite, and bytes in blob files. A change is durable when its `write` has resolved. */
export type Store = Awaited<ReturnType<typeof openStore>>;

/** Opens or creates the store of a data folder, locks it for this process, and starts to delete the files of interrupted writes. */
export async function openStore(dataDir: string) {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const database = openDatabase(join(dataDir, "bucket.sqlite"));
  try {
    const blobs = await openBlobFiles(dataDir);
    const contents = createContents(database);
    const write = createGroupCommit(database, {
      mark: contents.freedCount,
      undoTo: contents.keepFreed,
      committed: () => blobs.remove(contents.takeFreed()),
    });
    const swept = blobs.sweep(contents.hasBlob);
    // The caller gets this error from `swept`.
    swept.catch(() => undefined);
    const reserve = createReserve(join(dataDir, "reserve"));
    return {
      buckets: createBuckets(database),
      objects: createObjects(database, contents),
      uploads: createUploads(database, contents),
      contents,
      blobs,
      write,
      /** Runs a change that frees disk space, even on a full disk. */
      async free<T>(change: () => T): Promise<T> {
        const value = await reserve.spend(() => write(change));
        void blobs.settle().then(reserve.refill);
        return value;
      },
      backups: createBackups({ dataDir, database, blobs, write }),
      /** Resolves with the number of deleted blobs without a row, which came from interrupted writes. */
      swept,
      async close() {
        blobs.stopSweep();
        await swept.catch(() => undefined);
        await blobs.settle();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Runs a change that adds a row for a written body. If the change fails, deletes the bytes of the body. */
export async function commitBody<T>(store: Store, staged: WrittenBody, change: () => T): Promise<T> {
  try {
    return await store.write(change);
  } catch (error) {
    if (staged.blob !== undefined) store.blobs.remove([staged.blob]);
    throw error;
  }
}
