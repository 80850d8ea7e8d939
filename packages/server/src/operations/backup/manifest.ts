import { createReadStream } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { type DomainError, invalidRequest } from "../../platform/errors.ts";
import { syncFolder } from "../../platform/files.ts";

const NAME = "manifest.json";
/** The version of the backup format. Increase the version when older versions of the service cannot restore new backups any more. */
export const FORMAT = 1;

/** A relative path with slashes, on every operating system. No segment of the path starts with a dot. */
const RelativePath = Type.String({ pattern: "^[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*$" });
const Count = Type.Integer({ minimum: 0 });
const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

export const FileEntry = Type.Object({ path: RelativePath, sizeBytes: Count, sha256: Sha256 });
export type FileEntry = Static<typeof FileEntry>;

const Manifest = Type.Object({
  format: Type.Integer({ minimum: 1 }),
  createdAt: Type.String(),
  /** The version of the service that made the backup. */
  version: Type.String(),
  lastMigration: Type.String(),
  /** The lowest migration that a version must contain to restore the backup. Default: the last migration (ADR 2). */
  neededMigration: Type.Optional(Type.String()),
  /** The folder of all files except blobs. Each backup has a new folder, so that the earlier backup stays complete until the end. */
  folder: RelativePath,
  files: Type.Array(FileEntry),
  rows: Type.Object({ notes: Count, attachments: Count }),
  /** `missing`: the blobs that were missing or too short in the bucket. */
  blobs: Type.Object({ count: Count, sizeBytes: Count, missing: Type.Array(RelativePath) }),
});

/** Describes a complete backup. `makeBackup` writes the manifest last, so a folder without a manifest is not a complete backup. */
export type Manifest = Static<typeof Manifest>;

/** Reads the manifest of a backup. Throws `invalid_request` if the backup is not complete, or comes from a later version. */
export async function readManifest(backupDir: string): Promise<Manifest> {
  const text = await readFile(join(backupDir, NAME), "utf8").catch((cause) => {
    throw notWhole(backupDir, "it has no manifest.json", cause);
  });
  const manifest = parse(text);
  const { format, version } = manifest ?? {};
  if (typeof format === "number" && format > FORMAT) {
    throw invalidRequest(
      `The backup in ${backupDir} was made by a newer Valet Key (${version}). Install that version to restore it.`,
    );
  }
  if (!Value.Check(Manifest, manifest)) throw notWhole(backupDir, "its manifest.json is damaged");
  return manifest;
}

export async function writeManifest(backupDir: string, manifest: Manifest): Promise<void> {
  const temporary = join(backupDir, `${NAME}.new`);
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(backupDir, NAME));
  await syncFolder(backupDir);
}

export function notWhole(backupDir: string, reason: string, cause?: unknown): DomainError {
  const remedy = `If the service still has its data, repair the backup with: valetkey backup --verify ${backupDir}. Or restore another backup.`;
  return invalidRequest(`The backup in ${backupDir} is not whole: ${reason}. ${remedy}`, { cause });
}

function parse(text: string): Partial<Manifest> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The name of the file that lists the blobs of a backup, sorted by path. Each line is a JSON object. */
export const BLOB_LIST = "blobs.jsonl";

/** Reads the blob list of a backup. Throws `invalid_request` if a line is damaged. */
export async function* readBlobList(file: string): AsyncGenerator<FileEntry> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry: unknown = JSON.parse(line);
    if (!Value.Check(FileEntry, entry)) throw invalidRequest(`The list of blobs ${file} is damaged`);
    yield entry;
  }
}

/** Returns a function that finds the entry for a path. The function must be called with paths in sorted order. */
export function inOrder(entries: AsyncGenerator<FileEntry>): (path: string) => Promise<FileEntry | undefined> {
  let current: FileEntry | undefined;
  let isOver = false;
  return async (path) => {
    while (!isOver && (current === undefined || current.path < path)) {
      const { value, done } = await entries.next();
      isOver = done === true;
      current = isOver ? undefined : value;
    }
    return current?.path === path ? current : undefined;
  };
}

/** Creates the file of a blob list. `add`: appends entries. `close`: makes the file durable. */
export async function createBlobList(file: string) {
  const handle = await open(file, "wx", 0o600);
  return {
    async add(entries: readonly FileEntry[]): Promise<void> {
      await handle.writeFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    },
    async close(): Promise<void> {
      await handle.sync();
      await handle.close();
    },
  };
}
