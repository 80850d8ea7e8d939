import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { isOfPreview, MADE_BY_PREVIEW } from "../../platform/database/migrations/index.ts";
import { type DomainError, invalidRequest } from "../../platform/errors.ts";
import { copyDurably, digestOf, sizeOf, syncFolder } from "../../platform/files.ts";
import { createProgress, FILES, type Progress } from "./make.ts";
import { BLOB_LIST, type FileEntry, type Manifest, notWhole, readBlobList, readManifest } from "./manifest.ts";

/** The folder into which a restore first copies all files, so that a service never starts with half of a backup. */
const RESTORING = "restoring";

type RestoreOptions = {
  backupDir: string;
  dataDir: string;
  knowsMigration: (name: string) => boolean;
  writeProgress: (line: string) => void;
};

/**
 * Restores a backup into an empty data folder. Verifies every byte of the backup before the first change of the data folder. Throws
 * `invalid_request` if the backup is not complete or needs a later version, or if the data folder is not empty.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Manifest> {
  const { backupDir, dataDir, writeProgress } = options;
  await refuseFull(dataDir);
  const manifest = await readManifest(backupDir);
  if (isOfPreview(manifest.lastMigration)) throw invalidRequest(`The backup in ${backupDir} ${MADE_BY_PREVIEW}`);
  if (!options.knowsMigration(manifest.neededMigration ?? manifest.lastMigration)) {
    throw invalidRequest(
      `The backup in ${backupDir} was made by a newer Valet Key (${manifest.version}). Install that version to restore it.`,
    );
  }
  const { count, sizeBytes } = manifest.blobs;
  const total = { files: count + manifest.files.length, sizeBytes: sizeBytes + sumOf(manifest.files) };
  const verified = createProgress({ verb: "verified", ...total, write: writeProgress });
  for await (const { file, entry } of filesOf(backupDir, manifest))
    await verify(file, { entry, backupDir, progress: verified });
  verified.end();
  const copied = createProgress({ verb: "restored", ...total, write: writeProgress });
  await copyAll(options, { manifest, progress: copied });
  copied.end();
  return manifest;
}

/** Throws `invalid_request` if a restore into the data folder was interrupted. */
export function refuseInterruptedRestore(dataDir: string): void {
  if (existsSync(join(dataDir, RESTORING))) throw interrupted(dataDir);
}

function interrupted(dataDir: string): DomainError {
  return invalidRequest(
    `A restore into ${dataDir} was interrupted. Empty this folder, and run \`valetkey restore\` again.`,
  );
}

async function refuseFull(dataDir: string): Promise<void> {
  if ((await sizeOf(dataDir)) === undefined) return;
  refuseInterruptedRestore(dataDir);
  if ((await readdir(dataDir)).length === 0) return;
  throw invalidRequest(
    `DATA_DIR (${dataDir}) is not empty. Set DATA_DIR to a new folder, or move the files of this folder away.`,
  );
}

type BackedUp = { file: string; entry: FileEntry; isBlob: boolean };

/** Yields all files of a backup. The blob list comes before the blobs, so that the caller verifies the list first. */
async function* filesOf(backupDir: string, { folder, files }: Manifest): AsyncGenerator<BackedUp> {
  for (const entry of files) yield { file: join(backupDir, folder, entry.path), entry, isBlob: false };
  for await (const entry of readBlobList(join(backupDir, folder, BLOB_LIST))) {
    yield { file: join(backupDir, entry.path), entry, isBlob: true };
  }
}

type Verifying = { entry: FileEntry; backupDir: string; progress: Progress };

async function verify(file: string, { entry, backupDir, progress }: Verifying): Promise<void> {
  const size = await sizeOf(file);
  if (size === undefined) throw notWhole(backupDir, `${file} is missing`);
  if (size !== entry.sizeBytes) throw notWhole(backupDir, `${file} has ${size} bytes instead of ${entry.sizeBytes}`);
  if ((await digestOf(file)).sha256 !== entry.sha256)
    throw notWhole(backupDir, `${file} has other bytes than on the day of the backup`);
  progress.add(size);
}

async function copyAll(
  { backupDir, dataDir }: RestoreOptions,
  { manifest, progress }: { manifest: Manifest; progress: Progress },
): Promise<void> {
  const staging = join(dataDir, RESTORING);
  await mkdir(staging, { recursive: true, mode: 0o700 });
  await mkdir(join(staging, "bucket"), { mode: 0o700 });
  for await (const { file, entry, isBlob } of filesOf(backupDir, manifest)) {
    if (entry.path === BLOB_LIST) continue;
    const inBucket = isBlob || entry.path === FILES.metadata;
    const { sha256 } = await copyDurably(file, join(staging, inBucket ? "bucket" : "", entry.path));
    if (sha256 !== entry.sha256) throw notWhole(backupDir, `${file} changed during the restore`);
    progress.add(entry.sizeBytes);
  }
  await syncTree(staging);
  for (const name of await readdir(staging)) await rename(join(staging, name), join(dataDir, name));
  await syncFolder(dataDir);
  // The folder `restoring` is removed last, because the service does not start while it exists.
  await rmdir(staging);
  await syncFolder(dataDir);
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncTree(join(folder, entry.name));
  }
  await syncFolder(folder);
}

function sumOf(files: readonly FileEntry[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
