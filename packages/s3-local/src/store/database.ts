import { DatabaseSync } from "node:sqlite";

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
`;

const SQLITE_BUSY = 5;

/**
 * Opens the metadata database of a data folder, creating it when missing, and locks it for this process.
 *
 * The lock is the operating system's: it goes with the process, kill -9 included.
 * Throws when another process (or another bucket in this one) has the folder open.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    // The exclusive lock comes with the first write and stays: no second process may touch the blobs that rows name.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    return database;
  } catch (cause) {
    database.close();
    if (!isBusy(cause)) throw cause;
    throw new Error(`The bucket's data folder is in use by another process: ${file}`, { cause });
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
