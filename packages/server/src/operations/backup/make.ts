import { mkdir, readdir, rm } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import type { BucketBackup, ListedBlob } from "@valetkey/s3-local";
import type { SqliteSnapshot } from "../../platform/database/sqlite/snapshot.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import { copyDurably, digestOf, sizeOf, syncFolder } from "../../platform/files.ts";
import {
  BLOB_LIST,
  createBlobList,
  type FileEntry,
  FORMAT,
  inOrder,
  type Manifest,
  readBlobList,
  readManifest,
  writeManifest,
} from "./manifest.ts";

/** The names of the files and folders of a backup, except the blobs. */
export const FILES = {
  database: "valetkey.db",
  metadata: "bucket.sqlite",
  secrets: "secrets.json",
  audit: "audit",
} as const;

/** Access to those parts of the data folder that a plain copy of files cannot back up. */
type Source = {
  startBucket(): Promise<BucketBackup>;
  openSnapshot(): SqliteSnapshot;
  /** Lists the blobs in a copy of the metadata, sorted by path. */
  listBlobs(metadataFile: string): Iterable<ListedBlob>;
  /**
   * During a bucket move, adds the objects of the other bucket to the backup. If an object is lost, adds the blob of the earlier backup
   * instead. Returns the missing objects as paths.
   */
  gather(copy: CopiedFiles & { earlier: CopiedFiles | undefined }): Promise<string[]>;
};

export type CopiedFiles = { databaseFile: string; metadataFile: string };

export type BackupOptions = {
  dataDir: string;
  backupDir: string;
  source: Source;
  version: string;
  now: Date;
  /** Whether the backup also reads the blobs of earlier backups, and copies damaged blobs again. */
  verify: boolean;
  writeProgress: (line: string) => void;
};

const COPIES_AT_ONCE = 8;
const EXPORTED = /^[\w-]+\.jsonl$/;
const OWN_NAMES = /^(?:blobs|manifest\.json(?:\.new)?|copy-[\w-]+)$/;

/**
 * Copies the embedded database, its journal, the built-in bucket, the exported audit log and the secrets while the service runs. A later
 * backup into the same folder copies only blobs that are missing in the folder or have another size there. Until the later backup is
 * complete, the folder still contains the earlier backup. Throws `invalid_request`, `storage_full`, `database_unavailable` or
 * `bucket_unavailable`.
 */
export async function makeBackup(options: BackupOptions): Promise<Manifest> {
  try {
    return await make(options);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOSPC") throw cause;
    throw new DomainError(
      "storage_full",
      `The disk of ${options.backupDir} is full. Free space there, and run the command again: it continues.`,
      { cause },
    );
  }
}

async function make(options: BackupOptions): Promise<Manifest> {
  const { backupDir, source, now } = options;
  await prepare(options);
  const bucket = await source.startBucket();
  const name = `copy-${now.toISOString().replace(/[:.]/g, "-")}`;
  const copy = copyAll({ ...options, bucket, name });
  const manifest = await copy.catch(async (error) => {
    await bucket.end().catch(() => undefined);
    throw error;
  });
  // The call `end` fails if the service stopped during the backup, because a stopped service does not protect the blobs from deletion.
  await bucket.end();
  await writeManifest(backupDir, manifest);
  await removeCopies(backupDir, name);
  // An old blob may be the last copy of a lost object.
  if (manifest.blobs.missing.length === 0) await removeOtherBlobs(backupDir, join(backupDir, name, BLOB_LIST));
  return manifest;
}

/** Copies everything except the manifest into a new folder of the backup. Until `bucket.end`, the service permits no other backup. */
async function copyAll(options: BackupOptions & { bucket: BucketBackup; name: string }): Promise<Manifest> {
  const { backupDir, dataDir, source, version, now, bucket, name } = options;
  const before = await readEarlier(backupDir);
  const folder = join(backupDir, name);
  await removeCopies(backupDir, before?.folder);
  await mkdir(folder, { mode: 0o700 });
  // Until `bucket.end`, the bucket deletes no object, so the backup has the object of each row in the copy of the database.
  const database = await copyDatabase(source, { folder, bucket });
  const earlier = before && copiedFilesIn(join(backupDir, before.folder));
  const missing = await source.gather({ ...copiedFilesIn(folder), earlier });
  await copyDurably(join(dataDir, FILES.secrets), join(folder, FILES.secrets));
  // The exported events are copied after the database. The service exports an event before it deletes its row, so each event is in at least
  // one of the two copies.
  await copyAudit(dataDir, folder);
  const blobs = await copyBlobs({ ...options, folder, before });
  blobs.missing.unshift(...missing);
  const files = await entriesOf(folder);
  return { format: FORMAT, createdAt: now.toISOString(), version, ...database, folder: name, files, blobs };
}

function copiedFilesIn(folder: string): CopiedFiles {
  return { databaseFile: join(folder, FILES.database), metadataFile: join(folder, FILES.metadata) };
}

/** Copies the metadata and the database. Closes the snapshot, because an open snapshot makes the log of the database grow. */
async function copyDatabase(
  source: Source,
  { folder, bucket }: { folder: string; bucket: BucketBackup },
): Promise<Pick<Manifest, "lastMigration" | "neededMigration" | "rows">> {
  const snapshot = source.openSnapshot();
  try {
    // The metadata are copied after the start of the snapshot, so they have the object of each row in the snapshot.
    const metadata = join(folder, FILES.metadata);
    const copy = await bucket.copyMetadata(metadata);
    if (copy !== metadata) await copyDurably(copy, metadata);
    await snapshot.copyTo(join(folder, FILES.database));
    const rows = { notes: snapshot.count("notes"), attachments: snapshot.count("attachments") };
    const lastMigration = snapshot.lastMigration() ?? "";
    return { lastMigration, neededMigration: snapshot.neededMigration() ?? lastMigration, rows };
  } finally {
    snapshot.close();
  }
}

/** Reads the manifest of the earlier backup. Returns undefined without an earlier backup, or if its blob list is damaged. */
async function readEarlier(backupDir: string): Promise<Manifest | undefined> {
  const manifest = await readManifest(backupDir).catch(() => undefined);
  const listed = manifest?.files.find(({ path }) => path === BLOB_LIST);
  if (manifest === undefined || listed === undefined) return undefined;
  const found = await digestOf(join(backupDir, manifest.folder, BLOB_LIST)).catch(() => undefined);
  return found?.sha256 === listed.sha256 ? manifest : undefined;
}

async function prepare({ dataDir, backupDir }: BackupOptions): Promise<void> {
  if ((await sizeOf(join(dataDir, FILES.database))) === undefined) {
    throw invalidRequest(`There is no database in ${dataDir}. Set DATA_DIR to the folder of the service.`);
  }
  const inside = relative(dataDir, backupDir);
  if (inside === "" || !(inside.startsWith("..") || inside.includes(":"))) {
    throw invalidRequest(`${backupDir} is inside DATA_DIR. Give a folder outside, best on another disk.`);
  }
  await mkdir(backupDir, { recursive: true, mode: 0o700 });
  const foreign = (await readdir(backupDir)).find((name) => !OWN_NAMES.test(name));
  if (foreign === undefined) return;
  throw invalidRequest(
    `${backupDir} holds other files (${foreign}). Give an empty folder, or the folder of an earlier backup.`,
  );
}

async function removeCopies(backupDir: string, except: string | undefined): Promise<void> {
  for (const name of await readdir(backupDir)) {
    if (!name.startsWith("copy-") || name === except) continue;
    await rm(join(backupDir, name), { recursive: true });
  }
}

async function copyAudit(dataDir: string, folder: string): Promise<void> {
  const audit = join(dataDir, FILES.audit);
  if ((await sizeOf(audit)) === undefined) return;
  const names = (await readdir(audit)).filter((name) => EXPORTED.test(name));
  for (const name of names) await copyDurably(join(audit, name), join(folder, FILES.audit, name));
}

type Copying = BackupOptions & { folder: string; before: Manifest | undefined };

async function copyBlobs(options: Copying): Promise<Manifest["blobs"]> {
  const { backupDir, folder, before, source } = options;
  const metadata = join(folder, FILES.metadata);
  const progress = progressOf(source.listBlobs(metadata), options);
  const list = await createBlobList(join(folder, BLOB_LIST));
  const find = before && inOrder(readBlobList(join(backupDir, before.folder, BLOB_LIST)));
  const blobs: Manifest["blobs"] = { count: 0, sizeBytes: 0, missing: [] };
  for (const some of inChunks(source.listBlobs(metadata), COPIES_AT_ONCE)) {
    const known: (FileEntry | undefined)[] = [];
    for (const { path } of some) known.push(await find?.(path));
    const copied = await Promise.all(
      some.map((blob, index) => copyBlob(blob, { ...options, known: known[index], progress })),
    );
    const entries = copied.filter((entry) => entry !== undefined);
    await list.add(entries);
    for (const { sizeBytes } of entries) blobs.sizeBytes += sizeBytes;
    blobs.count += entries.length;
    for (const [index, { path }] of some.entries()) if (copied[index] === undefined) blobs.missing.push(path);
  }
  await list.close();
  await syncFolders(join(backupDir, "blobs"));
  progress.end();
  return blobs;
}

type CopyingBlob = Copying & { known: FileEntry | undefined; progress: Progress };

/** Copies a blob that the backup lacks. Returns undefined if the blob is missing, too short or damaged in the bucket. */
async function copyBlob(blob: ListedBlob, options: CopyingBlob): Promise<FileEntry | undefined> {
  const { path, leastBytes } = blob;
  const { dataDir, backupDir, known, progress } = options;
  const target = join(backupDir, path);
  const origin = join(dataDir, "bucket", path);
  let entry = await findWhole(blob, { ...options, target, origin });
  if (entry === undefined && ((await sizeOf(origin)) ?? -1) >= leastBytes) {
    const copied = { path, ...(await copyDurably(origin, target)) };
    // The content of a blob never changes. If the copied bytes differ from the earlier backup, the blob in the bucket is damaged.
    if (known === undefined || known.sha256 === copied.sha256) entry = copied;
  }
  progress.add(entry?.sizeBytes ?? 0);
  return entry;
}

/**
 * Returns the entry of a blob that is already in the backup folder. Returns undefined if the blob is missing or damaged in the backup
 * folder.
 */
async function findWhole(
  { path, leastBytes }: ListedBlob,
  { known, verify, target, origin }: CopyingBlob & { target: string; origin: string },
): Promise<FileEntry | undefined> {
  const existing = await sizeOf(target);
  if (existing === undefined || existing < leastBytes) return undefined;
  if (known !== undefined) {
    const isWhole = known.sizeBytes === existing && (!verify || (await digestOf(target)).sha256 === known.sha256);
    return isWhole ? known : undefined;
  }
  // This copy comes from an interrupted backup, so no blob list contains it. Only a comparison with the original blob shows whether the
  // copy is complete.
  const digest = await digestOf(target);
  const isLost = (await sizeOf(origin)) === undefined;
  return isLost || (await digestOf(origin)).sha256 === digest.sha256 ? { path, ...digest } : undefined;
}

function progressOf(blobs: Iterable<ListedBlob>, { writeProgress }: BackupOptions): Progress {
  let files = 0;
  let sizeBytes = 0;
  for (const { leastBytes } of blobs) {
    files += 1;
    sizeBytes += leastBytes;
  }
  return createProgress({ verb: "copied", files, sizeBytes, write: writeProgress });
}

function* inChunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function entriesOf(folder: string): Promise<FileEntry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const entries: FileEntry[] = [];
  for (const file of found.filter((entry) => entry.isFile())) {
    const full = join(file.parentPath, file.name);
    entries.push({ path: relative(folder, full).split(sep).join(posix.sep), ...(await digestOf(full)) });
  }
  await syncFolders(folder);
  return entries;
}

/** Makes the names of the files in a folder and its subfolders durable. */
async function syncFolders(folder: string): Promise<void> {
  if ((await sizeOf(folder)) === undefined) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolder(join(folder, entry.name));
  }
  await syncFolder(folder);
}

/** Deletes the blobs that are not in the list of the new backup. */
async function removeOtherBlobs(backupDir: string, blobList: string): Promise<void> {
  const root = join(backupDir, "blobs");
  if ((await sizeOf(root)) === undefined) return;
  const find = inOrder(readBlobList(blobList));
  for (const folder of (await readdir(root)).sort()) {
    for (const name of (await readdir(join(root, folder))).sort()) {
      if ((await find(posix.join("blobs", folder, name))) === undefined) await rm(join(root, folder, name));
    }
  }
}

/** Counts the processed files and bytes. `add`: counts one file with its bytes. */
export type Progress = { add(sizeBytes: number): void; end(): void };

const EVERY_MS = 1_000;

/** Returns a `Progress` that writes a line at most once a second, and a last line at the end. */
export function createProgress(options: {
  verb: string;
  files: number;
  sizeBytes: number;
  write: (line: string) => void;
}): Progress {
  const total = { files: options.files, sizeBytes: options.sizeBytes };
  const done = { files: 0, sizeBytes: 0 };
  let writtenAt = performance.now();
  function write(): void {
    writtenAt = performance.now();
    const bytes = `${inMebibytes(done.sizeBytes)} of ${inMebibytes(total.sizeBytes)} MiB`;
    options.write(`${options.verb}: ${done.files} of ${total.files} files, ${bytes}`);
  }
  return {
    add(sizeBytes) {
      done.files += 1;
      done.sizeBytes += sizeBytes;
      if (performance.now() - writtenAt > EVERY_MS) write();
    },
    end: write,
  };
}

function inMebibytes(sizeBytes: number): string {
  return (sizeBytes / 2 ** 20).toFixed(1);
}
