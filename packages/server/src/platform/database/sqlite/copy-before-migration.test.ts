import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { accessQueries } from "../../../features/access/queries.ts";
import { noteQueries } from "../../../features/notes/queries.ts";
import { sampleNote } from "../../../testing/database/samples.ts";
import { SQLITE_FILE, sqlite } from "../../../testing/database/test-databases.ts";
import { openSqlite } from "../../../wiring/database/open-sqlite.ts";
import { type Migrations, migrationsFor } from "../migrations/index.ts";

const LAST = "9999-of-this-test";
const migrations: Migrations = {
  ...migrationsFor("sqlite"),
  [LAST]: { up: (db) => db.schema.createTable("later").addColumn("id", "text").execute() },
};

/** Creates a database that has one note, and that lacks the last migration. */
async function earlierDatabase() {
  const { location, remove } = await sqlite.createLocation();
  onTestFinished(remove);
  const { file } = location as { file: string };
  const db = await openSqlite({ file, clock: Date.now });
  const note = sampleNote();
  await noteQueries(db).insert(note);
  await db.close();
  const copies: string[] = [];
  const open = () => openSqlite({ file, clock: Date.now, migrations, onCopy: (copy) => copies.push(copy) });
  return { file, note, copies, open, copy: `${file}.before-${LAST}` };
}

describe("the copy of a SQLite database before a migration", () => {
  it("the copy before a migration contains the database and the journal of URL events", async () => {
    const { copies, open, copy } = await earlierDatabase();
    await (await open()).close();
    expect(copies).toEqual([copy]);
    for (const path of [copy, `${copy}-url-journal`]) expect(statSync(path).mode & 0o777).toBe(0o600);
    const database = new DatabaseSync(copy, { readOnly: true });
    expect(database.prepare("select count(*) as count from notes").get()).toEqual({ count: 1 });
    expect(database.prepare("select 1 from facts where name = ?").get(`migration:${LAST}`)).toBeUndefined();
    database.close();
  });

  it("the copy before a migration can replace the database in a rollback", async () => {
    const { file, note, copies, open, copy } = await earlierDatabase();
    await (await open()).close();
    for (const path of ["", "-url-journal"].flatMap((end) => [end, `${end}-wal`, `${end}-shm`])) {
      rmSync(`${file}${path}`, { force: true });
    }
    for (const suffix of ["", "-url-journal"]) renameSync(`${copy}${suffix}`, `${file}${suffix}`);
    const db = await open();
    expect((await accessQueries(db).note("ann", note.id))?.note).toEqual(note);
    await db.close();
    expect(copies).toHaveLength(2);
  });

  it("the service copies only an existing database that needs a migration", async () => {
    const { location, remove } = await sqlite.createLocation();
    onTestFinished(remove);
    const { file } = location as { file: string };
    for (let start = 0; start < 2; start++) await (await openSqlite({ file, clock: Date.now })).close();
    expect(readdirSync(dirname(file)).filter((name) => name.includes(".before-"))).toEqual([]);
  });

  it("before a migration, the service keeps only the newest three database copies", async () => {
    const { file, open, copy } = await earlierDatabase();
    const older = ["0001", "0002", "0003"].map((name, days) => {
      const path = `${file}.before-${name}`;
      for (const suffix of ["", "-url-journal"]) writeFileSync(`${path}${suffix}`, "");
      utimesSync(path, days, days);
      return path;
    });
    await (await open()).close();
    const kept = [...older, copy].filter((path) => existsSync(path) && existsSync(`${path}-url-journal`));
    expect(kept).toEqual([...older.slice(1), copy]);
    expect(existsSync(join(dirname(file), `${SQLITE_FILE}.before-0001-url-journal`))).toBe(false);
  });

  it("the copy before a migration is correct if several processes start together", async () => {
    const { copies, open, copy } = await earlierDatabase();
    const opened = await Promise.all([open(), open(), open()]);
    for (const db of opened) await db.close();
    expect(new Set(copies)).toEqual(new Set([copy]));
    const database = new DatabaseSync(copy, { readOnly: true });
    expect(database.prepare("select 1 from facts where name = ?").get(`migration:${LAST}`)).toBeUndefined();
    database.close();
  });
});
