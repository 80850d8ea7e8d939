import { closeSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import type { BlobFiles } from "./blob-files.ts";
import { createContents } from "./contents.ts";
import type { Checksum } from "./database.ts";
import type { Write } from "./group-commit.ts";
import { createObjects } from "./objects.ts";

/** A running backup of the data folder, whose files another process copies. */
export type BucketBackup = {
  /**
   * Copies the metadata to the new file `to`, and returns the path of the copy. If the process of the bucket cannot write there, the copy
   * is in the data folder until the backup ends. The bucket deletes no object before the copy of the metadata.
   */
  copyMetadata(to: string): Promise<string>;
  /** Ends the backup. The bucket then deletes the blobs whose last object was deleted during the backup. */
  end(): Promise<void>;
};

type Parts = { dataDir: string; database: DatabaseSync; blobs: BlobFiles; write: Write };

/** Makes the functions for backups. Only one backup can run at a time. */
export function createBackups({ dataDir, database, blobs, write }: Parts) {
  // The bucket deletes all files of the folder `unfinished` when it starts.
  const ownFile = join(dataDir, "unfinished", "metadata.sqlite");
  let isRunning = false;
  let removals: Promise<void> | undefined;

  async function copyTo(file: string): Promise<string> {
    closeSync(openSync(file, "wx", 0o600));
    await backup(database, file);
    makeSingleFile(file);
    return file;
  }

  async function copyToOwnFile(to: string): Promise<string> {
    try {
      return await copyTo(ownFile);
    } catch (cause) {
      const remedy = "Free space there, give another folder, or stop the service first.";
      throw new Error(`The bucket can write neither to ${to} nor to ${dataDir}. ${remedy}`, { cause });
    }
  }

  return {
    /** Resolves when objects may be deleted. Await `untilRemovable` immediately before the database change that deletes objects. */
    untilRemovable: async (): Promise<void> => removals,
    /**
     * Starts a backup. The bucket then deletes no object until the copy of the metadata, and no blob until the end of the backup. The copy
     * has every object of some instant between `start` and `copyMetadata`.
     */
    async start(): Promise<BucketBackup> {
      if (isRunning) throw new Error("Another backup is running. Wait until it ends.");
      isRunning = true;
      const copied = Promise.withResolvers<void>();
      removals = copied.promise;
      const release = blobs.keepAll();
      let isEnded = false;
      async function end(): Promise<void> {
        if (isEnded) return;
        isEnded = true;
        copied.resolve();
        release();
        await rm(ownFile, { force: true }).finally(() => {
          isRunning = false;
        });
      }
      try {
        await rm(ownFile, { force: true });
        // The awaited commit, or an earlier commit, has all deletions whose `untilRemovable` has already resolved.
        await write(() => undefined);
      } catch (error) {
        await end();
        throw error;
      }
      return {
        async copyMetadata(to) {
          const file = await copyTo(to).catch(() => copyToOwnFile(to));
          copied.resolve();
          return file;
        },
        end,
      };
    },
  };
}

/** Turns off the WAL mode of the copy, in which a reader would create more files beside it. */
function makeSingleFile(file: string): void {
  const copy = new DatabaseSync(file);
  copy.exec("PRAGMA journal_mode = DELETE");
  copy.close();
}

/** A blob in a copy of the metadata. `path`: in the data folder. `leastBytes`: the minimum length of the blob. */
export type ListedBlob = { path: string; leastBytes: number };

/** Lists the blobs in a copy of the metadata, in the order of their paths, which have slashes on every operating system. */
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

/**
 * An object whose bytes are in a blob of the backup, but not in the bucket. `blob`: the name of the blob, undefined for an object without
 * bytes. `etag`: with quotes. `sha256`: in base64.
 */
export type AddedObject = {
  key: string;
  blob: string | undefined;
  sizeBytes: number;
  etag: string;
  contentType: string;
  sha256: string | undefined;
};

/** Adds objects to a copy of the metadata. An added object replaces an object with the same key. */
export function addObjects(metadataFile: string, { bucket, added }: { bucket: string; added: readonly AddedObject[] }) {
  const database = new DatabaseSync(metadataFile);
  try {
    const contents = createContents(database);
    const objects = createObjects(database, contents);
    const lastModified = Date.now();
    database.exec("BEGIN");
    for (const { key, blob, sizeBytes, etag, contentType, sha256 } of added) {
      const contentId = contents.add({
        ...(blob === undefined ? {} : { blob }),
        sizeBytes,
        md5: NO_MD5,
        checksums: [],
      });
      const checksums: Checksum[] =
        sha256 === undefined ? [] : [{ algorithm: "SHA256", value: sha256, type: "FULL_OBJECT" }];
      const headers = { "content-type": contentType };
      objects.put(bucket, { key, contentId, sizeBytes, etag, lastModified, headers, metadata: {}, checksums });
    }
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

/** Finds objects by key in a copy of the metadata, without unknown keys. `blob`: also undefined for an object with several blobs. */
export function findObjects(
  metadataFile: string,
  { bucket, keys }: { bucket: string; keys: Iterable<string> },
): Map<string, AddedObject> {
  const database = new DatabaseSync(metadataFile, { readOnly: true });
  try {
    const contents = createContents(database);
    const objects = createObjects(database, contents);
    const found = new Map<string, AddedObject>();
    for (const key of keys) {
      const object = objects.find(bucket, key);
      if (object === undefined) continue;
      const { contentId, sizeBytes, etag, headers, checksums } = object;
      const [only, ...others] = contents.segments(contentId);
      const isOneBlob = only?.blobOffset === 0 && others.length === 0;
      const checksum = checksums.find(({ algorithm, type }) => algorithm === "SHA256" && type === "FULL_OBJECT");
      found.set(key, {
        ...{ key, sizeBytes, etag, contentType: headers["content-type"] ?? "", sha256: checksum?.value },
        blob: isOneBlob ? only.blob : undefined,
      });
    }
    return found;
  } finally {
    database.close();
  }
}

/** The metadata has no MD5, so this value is never stored. */
const NO_MD5 = Buffer.alloc(0);
