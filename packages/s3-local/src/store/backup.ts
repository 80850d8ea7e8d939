import { rm } from "node:fs/promises";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import type { BlobFiles } from "./blob-files.ts";
import type { Write } from "./group-commit.ts";

/** Controls a backup of the data folder. Another process copies the files. */
export type BucketBackup = {
  /** Copies the metadata to a file in the data folder, and returns the path of this file. The bucket deletes no object before this copy. */
  copyMetadata(): Promise<string>;
  /** Ends the backup. Deletes the copy of the metadata, and the blobs whose last object was deleted during the backup. */
  end(): Promise<void>;
};

type Parts = { dataDir: string; database: DatabaseSync; blobs: BlobFiles; write: Write };

/** Makes the function that starts backups. Only one backup can run at a time. */
export function createBackups({ dataDir, database, blobs, write }: Parts) {
  // When the bucket starts, it deletes all files of this folder.
  const file = join(dataDir, "unfinished", "metadata.sqlite");
  let isRunning = false;
  let removals: PromiseWithResolvers<void> | undefined;

  function resumeRemovals(): void {
    removals?.resolve();
    removals = undefined;
  }

  return {
    /** Resolves when objects may be deleted. Await it immediately before the change that deletes objects. */
    untilRemovable: async (): Promise<void> => removals?.promise,
    /**
     * Starts a backup. Until the metadata is copied, no object is deleted. Until the backup ends, no blob is deleted.
     * So the copy has every object of a database snapshot that is taken between `start` and `copyMetadata`.
     */
    async start(): Promise<BucketBackup> {
      if (isRunning) throw new Error("Another backup is running. Wait until it ends.");
      isRunning = true;
      removals = Promise.withResolvers();
      const release = blobs.keepAll();
      async function end(): Promise<void> {
        if (!isRunning) return;
        resumeRemovals();
        release();
        await rm(file, { force: true });
        isRunning = false;
      }
      try {
        await rm(file, { force: true });
        // Waits for a commit. This commit or an earlier one has all deletions whose `untilRemovable` has already resolved.
        await write(() => undefined);
      } catch (error) {
        await end();
        throw error;
      }
      return {
        async copyMetadata() {
          await backup(database, file);
          resumeRemovals();
          makeSingleFile(file);
          return file;
        },
        end,
      };
    },
  };
}

/** Turns off the WAL mode of the copy. In WAL mode, a reader would create more files beside the copy. */
function makeSingleFile(file: string): void {
  const copy = new DatabaseSync(file);
  copy.exec("PRAGMA journal_mode = DELETE");
  copy.close();
}

/** A blob that a copy of the metadata refers to. `path` is relative to the data folder. The blob has at least `leastBytes` bytes. */
export type ListedBlob = { path: string; leastBytes: number };

/** Lists the blobs that a copy of the metadata refers to, in the order of their paths. Paths have slashes on every operating system. */
export function* listBlobs(metadataFile: string): Generator<ListedBlob> {
  const database = new DatabaseSync(metadataFile, { readOnly: true });
  try {
    const rows = database
      .prepare("SELECT blob, max(blob_offset + length) AS leastBytes FROM segments GROUP BY blob ORDER BY blob")
      .iterate();
    for (const { blob, leastBytes } of rows) {
      yield { path: `blobs/${String(blob).slice(0, 2)}/${blob}`, leastBytes: Number(leastBytes) };
    }
  } finally {
    database.close();
  }
}
