import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** The checksum algorithms of Amazon S3, except MD5. */
export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";

/** A checksum of an object or a part, in base64. `COMPOSITE`: the checksum of the checksums of the parts. */
export type Checksum = { algorithm: ChecksumAlgorithm; value: string; type: "FULL_OBJECT" | "COMPOSITE" };

/** The headers that are stored with an object, by lowercase name. `metadata`: the `x-amz-meta-*` headers without this prefix. */
export type ObjectHeaders = { headers: Record<string, string>; metadata: Record<string, string> };

/** A stored object. `etag`: with quotes. `lastModified`: in milliseconds since 1970. */
export type ObjectRecord = ObjectHeaders & {
  key: string;
  contentId: string;
  sizeBytes: number;
  etag: string;
  lastModified: number;
  checksums: Checksum[];
};

/**
 * The part of a content (contents.ts) that is in one blob. The segment starts at `start` in the content and at `blobOffset` in the blob.
 */
export type Segment = { start: number; blob: string; blobOffset: number; length: number };

/** A body that is durable on the disk, but without a database row yet. `blob`: absent if the body is empty. */
export type WrittenBody = { blob?: string; sizeBytes: number; md5: Buffer; checksums: Checksum[] };

const SCHEMA = `
CREATE TABLE IF NOT EXISTS buckets (
  name TEXT PRIMARY KEY, created_at INTEGER NOT NULL, cors TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
  bucket TEXT NOT NULL, key TEXT NOT NULL COLLATE BINARY, content_id TEXT NOT NULL, size_bytes INTEGER NOT NULL,
  etag TEXT NOT NULL, last_modified INTEGER NOT NULL, headers TEXT NOT NULL, metadata TEXT NOT NULL, checksums TEXT NOT NULL,
  PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segments (
  content_id TEXT NOT NULL, start INTEGER NOT NULL, blob TEXT NOT NULL, blob_offset INTEGER NOT NULL, length INTEGER NOT NULL,
  PRIMARY KEY (content_id, start)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content_parts (
  content_id TEXT NOT NULL, part_number INTEGER NOT NULL, start INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
  checksums TEXT NOT NULL, PRIMARY KEY (content_id, part_number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (
  name TEXT PRIMARY KEY, segments INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
  bucket TEXT NOT NULL, key TEXT NOT NULL COLLATE BINARY, upload_id TEXT NOT NULL, initiated INTEGER NOT NULL,
  headers TEXT NOT NULL, metadata TEXT NOT NULL, checksum_algorithm TEXT, checksum_type TEXT,
  PRIMARY KEY (bucket, key, upload_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (
  upload_id TEXT NOT NULL, part_number INTEGER NOT NULL, content_id TEXT NOT NULL, size_bytes INTEGER NOT NULL,
  etag TEXT NOT NULL, last_modified INTEGER NOT NULL, checksums TEXT NOT NULL,
  PRIMARY KEY (upload_id, part_number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS completions (
  content_id TEXT PRIMARY KEY, upload_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

const SQLITE_BUSY = 5;

/**
 * Opens or creates the metadata database of a data folder, and locks it for this process.
 *
 * The operating system releases the lock when the process ends, even after kill -9. Throws if another process, or another bucket in this
 * process, has opened the folder.
 */
export function openDatabase(file: string): DatabaseSync {
  makePrivate(file);
  const database = new DatabaseSync(file);
  try {
    // The first write takes an exclusive lock and keeps it, so that no other process can change the blobs.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    return database;
  } catch (cause) {
    database.close();
    if (!(cause instanceof Error && "errcode" in cause && cause.errcode === SQLITE_BUSY)) throw cause;
    throw new Error(`The data folder of the bucket is in use by another process: ${file}`, { cause });
  }
}

/** Lets only the owner of the database file read it. SQLite gives its other files the mode of the database file. */
function makePrivate(file: string): void {
  // Opens only a new file, because closing an existing file would release the locks of this process on the file.
  if (!existsSync(file)) closeSync(openSync(file, "ax", 0o600));
  chmodSync(file, 0o600);
}
