import { existsSync, statSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely, sql } from "kysely";
import { accessOn, compileAccess } from "../../features/access/queries.ts";
import { openJournalEvents, openSqliteUrlAudit } from "../../features/audit/journal/log.ts";
import { compileLookups, findOneByOne, lookupsOn } from "../../features/people/lookup-queries.ts";
import { compileUploads, uploadSteps } from "../../features/uploads/queries/uploads.ts";
import { openStarts } from "../../features/uploads/starts/sqlite-starts.ts";
import type { Clock } from "../../platform/clock.ts";
import { type DatabaseUser, engineFor } from "../../platform/database/engine.ts";
import { firstMissingMigration, migrate } from "../../platform/database/migrate.ts";
import type { Migrations } from "../../platform/database/migrations/index.ts";
import { createTransactions, type Database, SEARCH_LIMIT_MS } from "../../platform/database/queries.ts";
import { inOrder } from "../../platform/database/run-calls.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { createCheckpoints } from "../../platform/database/sqlite/checkpoints.ts";
import { sqliteDialect, sqliteWrites } from "../../platform/database/sqlite/dialect.ts";
import { incompleteMove, movingFile, openWriter, useMemory } from "../../platform/database/sqlite/file.ts";
import { createReserve } from "../../platform/database/sqlite/reserve.ts";
import { openSqliteSearch } from "../../platform/database/sqlite/search.ts";
import { copyBeforeMigration } from "../../platform/database/sqlite/snapshot.ts";
import { readsInTurns } from "../../platform/database/sqlite/statements.ts";
import { Mutex } from "../../platform/database/sqlite/write-group.ts";
import { DomainError } from "../../platform/errors.ts";
import { assembleDatabase } from "./database.ts";
import { type Application, ownerOf } from "./owner.ts";

const PATIENCE_MS = 2_000;
const MIGRATION_PATIENCE_MS = 10 * 60_000;

type Options = {
  file: string;
  clock: Clock;
  /** The user of the database. Default: the service. */
  usedBy?: DatabaseUser | undefined;
  /** The application that owns the database. Default: the owner is not checked. */
  application?: Application | undefined;
  /** The service calls `onCopy` before a migration, with the filename of the copy of the database. Default: no effect. */
  onCopy?: (copy: string) => void;
  /** The service calls `onCheckpointFailure` with the error of a failed checkpoint. Default: no effect. */
  onCheckpointFailure?: (error: unknown) => void;
  migrations?: Migrations | undefined;
};

/**
 * Opens the embedded database in `file`, and migrates its schema. Creates a missing file and its folder. Rejects with
 * `database_unavailable` if the file is unusable or a migration fails.
 */
export async function openSqlite(options: Options): Promise<Database> {
  if (existsSync(movingFile(options.file))) throw new DomainError("database_unavailable", incompleteMove(options.file));
  const writer = await openWriter(options.file, { where: "mainThread" });
  try {
    const database = await openWith(writer, options);
    return Object.assign(database, { close: closeBoth(database.close, writer) });
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** Closes the writer last. Kysely closes the writer only if a query has run, but only a writer can remove the write-ahead log. */
function closeBoth(close: () => Promise<void>, writer: DatabaseSync): () => Promise<void> {
  return async () => {
    await close();
    if (writer.isOpen) writer.close();
  };
}

async function openWith(
  writer: DatabaseSync,
  {
    file,
    clock,
    usedBy = "service",
    application,
    migrations,
    onCopy = () => undefined,
    onCheckpointFailure = () => undefined,
  }: Options,
): Promise<Database> {
  const engine = engineFor("sqlite", usedBy);
  const own = ownerOf(application, { engine, clock });
  const writeLock = new Mutex();
  // Another process may migrate at the same moment. A migration can take longer than a normal call waits, so this dialect waits longer.
  const migrating = sqliteDialect(writer, { writeLock, patienceMs: MIGRATION_PATIENCE_MS });
  const migrated = new Kysely<Tables>({ dialect: migrating });
  const missing = await firstMissingMigration(migrated, engine.name, { migrations });
  if (missing !== undefined) {
    // A new copy replaces the old copy, so the owner is checked first.
    await own?.(migrated);
    await copyBeforeMigration(file, { migration: missing, onCopy });
  }
  await migrate(migrated, engine.name, { migrations, usedBy, own });
  useMemory(writer);
  const journal = await openJournalEvents(file);
  const reader = new DatabaseSync(file, { readOnly: true });
  const search = openSqliteSearch({ file, limitMs: SEARCH_LIMIT_MS });
  const countPages = writer.prepare("select page_count * page_size as bytes from pragma_page_count, pragma_page_size");
  const checkpoints = createCheckpoints(writer, { file, writeLock, onFailure: onCheckpointFailure });
  const { afterWrite } = checkpoints;
  const urlAudit = openSqliteUrlAudit({ file, writeLock, afterWrite, hasEvents: journal.hasEvents() });
  const transactions = createTransactions();
  const writes = sqliteWrites(writer, { writeLock, patienceMs: PATIENCE_MS, reader, afterWrite });
  const kysely = new Kysely<Tables>({ dialect: writes.dialect, plugins: [transactions.guard] });
  const uploadStatements = compileUploads(kysely, engine);
  const read = readsInTurns(reader);
  const starts = openStarts({ file, writeLock, statements: uploadStatements.start, run: writes.run, afterWrite });
  return assembleDatabase({
    kysely,
    transactions,
    engine,
    clock,
    search,
    journal,
    // Access decisions and lookups have their own connection. So they never wait for a write, and see each commit immediately.
    access: accessOn(compileAccess(kysely, engine), { run: read, engine, clock }),
    lookups: lookupsOn(compileLookups(kysely, { engine }), findOneByOne({ run: read, clock })),
    uploadSteps: {
      start: starts.start,
      complete: (completion) => writes.run((run) => uploadSteps(uploadStatements, inOrder(run)).complete(completion)),
    },
    urlAudit,
    spendReserve: createReserve(file, {
      truncateWal: () => sql`pragma wal_checkpoint(truncate)`.execute(kysely),
      growthBytes: () => Number(countPages.get()?.bytes) - statSync(file).size,
    }),
    closeOthers: async () => {
      await search.close();
      await starts.close();
      await checkpoints.close();
      reader.close();
      journal.close();
    },
  });
}

/** Returns the bytes of a new SQLite database with the current tables of an embedding. */
export async function createEmptyDatabase(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-empty-"));
  try {
    const file = join(folder, "empty.db");
    await (await openSqlite({ file, clock: Date.now, usedBy: "embedding" })).close();
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
