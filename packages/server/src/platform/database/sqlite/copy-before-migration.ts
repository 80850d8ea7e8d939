import { randomUUID } from "node:crypto";
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { urlJournalFile } from "./file.ts";
import { openSnapshot } from "./snapshot.ts";

const KEPT_COPIES = 3;

type Options = { migration: string; onCopy: (copy: string) => void };

/**
 * Copies the database `file` and its journal to `<file>.before-<migration>`, for a rollback. After the copy, deletes all copies except the
 * three newest. Does nothing if another process has migrated the database in the meantime. Rejects with `storage_full` or
 * `database_unavailable`.
 */
export async function copyBeforeMigration(file: string, { migration, onCopy }: Options): Promise<void> {
  const copy = `${file}.before-${migration}`;
  const temporary = `${file}.copy-${randomUUID()}`;
  const snapshot = openSnapshot(file);
  try {
    if ((snapshot.lastMigration() ?? "") >= migration) return;
    await snapshot.copyTo(temporary);
    renameSync(urlJournalFile(temporary), urlJournalFile(copy));
    renameSync(temporary, copy);
  } finally {
    snapshot.close();
    remove(temporary);
  }
  removeOldCopies(file);
  onCopy(copy);
}

function removeOldCopies(file: string): void {
  const folder = dirname(file);
  const prefix = `${basename(file)}.before-`;
  const copies = readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && !name.endsWith(urlJournalFile("")))
    .map((name) => join(folder, name))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const old of copies.slice(KEPT_COPIES)) remove(old);
}

function remove(copy: string): void {
  for (const path of [copy, urlJournalFile(copy)]) rmSync(path, { force: true });
}
