import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type BlobFiles, openBlobFiles } from "./blob-files.ts";
import { type Buckets, createBuckets } from "./buckets.ts";
import { type Contents, createContents } from "./contents.ts";
import { openDatabase } from "./database.ts";
import { createObjects, type Objects } from "./objects.ts";
import type { StagedContent } from "./records.ts";
import { createUploads, type Uploads } from "./uploads.ts";
import { createWriter, type Write } from "./writer.ts";

/** The bucket's disk: metadata in SQLite, bytes in blob files. A change is durable, and visible, once its `write` has resolved. */
export type Store = {
  buckets: Buckets;
  objects: Objects;
  uploads: Uploads;
  contents: Contents;
  blobs: BlobFiles;
  write: Write;
  /** Blobs without a row that were removed at the start: the rest of writes that were cut off. */
  sweptBlobs: number;
  close(): Promise<void>;
};

/** Opens (or creates) the store in a data folder, locks it for this process, and removes what unfinished writes left. */
export async function openStore(dataDir: string): Promise<Store> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const database = openDatabase(join(dataDir, "bucket.sqlite"));
  try {
    const blobs = await openBlobFiles(dataDir);
    const contents = createContents(database);
    const write = createWriter(database, {
      mark: contents.freedCount,
      undoTo: contents.keepFreed,
      committed: () => blobs.remove(contents.takeFreed()),
    });
    const sweptBlobs = await blobs.sweep(contents.hasBlob);
    return {
      buckets: createBuckets(database),
      objects: createObjects(database, contents),
      uploads: createUploads(database, contents),
      contents,
      blobs,
      write,
      sweptBlobs,
      async close() {
        await blobs.settle();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Runs a change that takes over received bytes; when it fails, the bytes are removed. */
export async function writeStaged<T>(store: Store, staged: StagedContent, change: () => T): Promise<T> {
  try {
    return await store.write(change);
  } catch (error) {
    if (staged.blob !== undefined) store.blobs.remove([staged.blob]);
    throw error;
  }
}
