import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import { accessQueries } from "../../features/access/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { ended, startChild } from "../../testing/database/child-process.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { sampleNote } from "../../testing/database/samples.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { openPostgres } from "../../wiring/database/open-postgres.ts";
import { openSqlite } from "../../wiring/database/open-sqlite.ts";
import { SELECT_MIGRATIONS } from "./migrate.ts";
import { type Migrations, migrationsFor } from "./migrations/index.ts";
import type { Database } from "./queries.ts";
import { urlJournalFile } from "./sqlite/file.ts";

const MIGRATIONS = Object.keys(migrationsFor("sqlite")).sort();

describe.each(engines)("the start with a database on $name", ({ name, createLocation }) => {
  /** Creates a database with the current schema, or without a schema. */
  async function locationInTest({ migrated } = { migrated: true }) {
    const { location, remove } = await createLocation({ migrated });
    onTestFinished(remove);
    return location;
  }

  it("a database migrates only once when several processes start at the same time", async () => {
    const location = await locationInTest({ migrated: false });
    const children = Array.from({ length: 2 }, () => startChild("open-once", [JSON.stringify(location)]));
    const [exits, opened] = await Promise.all([
      Promise.all(children.map(ended)),
      Promise.all(Array.from({ length: 3 }, () => openAt(location))),
    ]);
    expect(exits).toEqual([0, 0]);
    const { rows } = await sql.raw(SELECT_MIGRATIONS).execute((opened[0] as Database).kysely);
    expect(rows).toEqual(MIGRATIONS.map((name) => ({ name, is_required: "true" })));
    for (const db of opened) await db.close();
  });

  it("a database keeps its data when it is opened again", async () => {
    const location = await locationInTest();
    const note = sampleNote();
    const first = await openAt(location);
    await noteQueries(first).insert(note);
    await first.close();
    const again = await openAt(location);
    expect((await accessQueries(again).note("ann", note.id))?.note).toEqual(note);
    await again.close();
  });

  it("a database keeps its data when a later version migrates it", async () => {
    const location = await locationInTest();
    const note = sampleNote();
    const first = await openAt(location);
    await noteQueries(first).insert(note);
    await first.close();
    const migrations: Migrations = {
      ...migrationsFor(name),
      "0201-of-this-test": { up: (db) => db.schema.alterTable("notes").addColumn("color", "text").execute() },
    };
    const later = await openAt(location, { migrations });
    expect((await accessQueries(later).note("ann", note.id))?.note).toEqual(note);
    expect((await sql`select color from notes`.execute(later.kysely)).rows).toEqual([{ color: null }]);
    await later.close();
  });

  it("the error about a database from before 0.1.0 names a commit that can open it", async () => {
    const location = await locationInTest();
    const db = await openAt(location);
    await sql`create table kysely_migration (name text)`.execute(db.kysely);
    await db.kysely.deleteFrom("facts").where("name", "like", "migration:%").execute();
    await db.close();
    await expect(openAt(location)).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringMatching(
        /made by a preview of Valet Key before 0\.1\.0\. .*commit that opens it is [0-9a-f]{40}/,
      ),
    });
  });

  /** Creates a database that a later version of the service has migrated. */
  async function migratedLater({ isRequired }: { isRequired: boolean }, change: (db: Database) => Promise<unknown>) {
    const location = await locationInTest();
    const db = await openAt(location);
    await db.kysely
      .insertInto("facts")
      .values([
        { name: "migration:9998-later", value: String(isRequired) },
        { name: "migration:9999-from-the-future", value: "false" },
      ])
      .execute();
    await change(db);
    await db.close();
    return location;
  }

  it("the service opens a newer database that only has additional columns", async () => {
    const note = sampleNote();
    const location = await migratedLater({ isRequired: false }, async (db) => {
      await sql`alter table notes add column color text`.execute(db.kysely);
      await noteQueries(db).insert(note);
    });
    const db = await openAt(location);
    expect((await accessQueries(db).note("ann", note.id))?.note).toEqual(note);
    await db.close();
  });

  it("the service refuses a database that requires a later version of the service", async () => {
    const location = await migratedLater({ isRequired: true }, async () => undefined);
    await expect(openAt(location)).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringMatching(
        /newer Valet Key \(migration 9999-from-the-future\).* with the migration 9998-later/,
      ),
    });
  });

  it("the service refuses a database with a table `facts` of another application", async () => {
    const location = await locationInTest();
    const db = await openAt(location);
    await sql`alter table facts rename column value to own`.execute(db.kysely);
    await db.close();
    await expect(openAt(location)).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("refuses the query of the table facts, and no data was changed."),
    });
  });

  it("the error about a failed migration names the migration", async () => {
    const location = await locationInTest();
    const migrations: Migrations = {
      ...migrationsFor(name),
      "0201-of-this-test": { up: (db) => db.schema.createTable("notes").addColumn("id", "text").execute() },
    };
    await expect(openAt(location, { migrations })).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("the migration 0201-of-this-test"),
      cause: expect.any(Error),
    });
    await (await openAt(location)).close();
  });
});

// These tests need a file or a server, so each test runs on only one engine.
describe("a SQLite database file", () => {
  async function freshDirectory() {
    const directory = await mkdtemp(join(tmpdir(), "valetkey-start-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    return directory;
  }

  it("only the owner can read a new SQLite file and its directory", async () => {
    const file = join(await freshDirectory(), "a", "b", "valetkey.sqlite");
    const db = await openSqlite({ file, clock: Date.now });
    const modes = await Promise.all([dirname(file), file, `${file}-wal`].map(async (path) => (await stat(path)).mode));
    expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(["700", "600", "600"]);
    await db.close();
  });

  it("a SQLite file has a write-ahead log, full synchronisation and foreign keys", async () => {
    const { db, close } = await sqlite.open();
    const pragma = async (name: string) =>
      Object.values((await sql.raw(`pragma ${name}`).execute(db.kysely)).rows[0] as object);
    expect(await pragma("journal_mode")).toEqual(["wal"]);
    expect(await pragma("synchronous")).toEqual([2]);
    expect(await pragma("foreign_keys")).toEqual([1]);
    await close();
  });

  it.each<[string, (file: string) => Promise<unknown>]>([
    ["a text", (file) => writeFile(file, "This is a text, as long as the header of a database file. ".repeat(20))],
    ["a directory", (file) => mkdir(file)],
  ])("the service refuses a SQLite file that is %s", async (_, make) => {
    const file = join(await freshDirectory(), "valetkey.sqlite");
    await make(file);
    await expect(openSqlite({ file, clock: Date.now })).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining(`${file} can't be used`),
    });
  });

  it.each([0, 1, 3])("the service refuses a journal of URL events whose page %i is damaged", async (page) => {
    const file = join(await freshDirectory(), "valetkey.db");
    await (await openSqlite({ file, clock: Date.now })).close();
    const journal = urlJournalFile(file);
    const events = new DatabaseSync(journal);
    events.prepare("insert into url_event_batches (events) values (?)").run(JSON.stringify(["x".repeat(20_000)]));
    events.close();
    const damaged = await readFile(journal);
    damaged.fill(0xff, page * 4_096, (page + 1) * 4_096);
    await writeFile(journal, damaged);
    await expect(openSqlite({ file, clock: Date.now })).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining(`The journal of URL events ${journal} is damaged.`),
    });
    expect(await readFile(journal)).toEqual(damaged);
  });
});

describe("a PostgreSQL server", () => {
  it("the start fails quickly if no PostgreSQL server listens", async () => {
    const started = performance.now();
    const opening = openPostgres({ url: "postgres://u:p@127.0.0.1:1/none", clock: Date.now });
    await expect(opening).rejects.toMatchObject({ code: "database_unavailable" });
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});
