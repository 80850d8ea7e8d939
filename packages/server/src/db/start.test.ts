import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { openPostgres, openSqlite } from "./index.ts";
import { migrationsFor } from "./migrations/index.ts";
import { ended, startChild } from "./testing/child-process.ts";
import { openAt } from "./testing/database-location.ts";
import { sampleNote } from "./testing/samples.ts";
import { engines } from "./testing/test-databases.ts";

const MIGRATIONS = Object.keys(migrationsFor("sqlite")).sort();

describe.each(engines)("starting on $name", ({ createPlace }) => {
  it("brings the schema up to date once, however many processes and connections start together, and again later", async () => {
    const { location, remove } = await createPlace();
    const children = Array.from({ length: 3 }, () => startChild("open-once", [JSON.stringify(location)]));
    const [exits, opened] = await Promise.all([
      Promise.all(children.map(ended)),
      Promise.all(Array.from({ length: 3 }, () => openAt(location))),
    ]);
    expect(exits).toEqual([0, 0, 0]);
    const note = sampleNote();
    await opened[0]?.notes.insert(note);
    for (const db of opened) await db.close();

    const again = await openAt(location);
    expect((await again.access.note("ann", note.id))?.note).toEqual(note);
    const { rows } = await sql`select name from kysely_migration order by name`.execute(again.kysely);
    expect(rows).toEqual(MIGRATIONS.map((name) => ({ name })));
    await again.close();
    await remove();
  });
});

// What follows is about files or servers, so it is about one engine.
describe("a SQLite file", () => {
  it("is made for its owner alone, and so is its directory", async () => {
    const root = await mkdtemp(join(tmpdir(), "valetkey-start-"));
    const file = join(root, "a", "b", "valetkey.sqlite");
    const db = await openSqlite({ file, clock: Date.now });
    const modes = await Promise.all([dirname(file), file, `${file}-wal`].map(async (path) => (await stat(path)).mode));
    expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(["700", "600", "600"]);
    await db.close();
    await rm(root, { recursive: true });
  });

  it("commits to the disk, checks foreign keys and lets readers read while it writes", async () => {
    const engine = engines.find(({ name }) => name === "sqlite");
    const test = await engine?.open();
    const pragma = async (name: string) =>
      Object.values((await sql.raw(`pragma ${name}`).execute(test?.db.kysely as never)).rows[0] as object);
    expect(await pragma("journal_mode")).toEqual(["wal"]);
    expect(await pragma("synchronous")).toEqual([2]);
    expect(await pragma("foreign_keys")).toEqual([1]);
    await test?.close();
  });

  it("is refused with the reason when it is something else", async () => {
    const root = await mkdtemp(join(tmpdir(), "valetkey-start-"));
    const file = join(root, "notes.txt");
    await writeFile(file, "This is a text, long enough to be told from the header of a database file. ".repeat(20));
    const message = expect.stringMatching(/notes\.txt.*not a SQLite database/);
    const refused = { code: "database_unavailable", message };
    await expect(openSqlite({ file, clock: Date.now })).rejects.toMatchObject(refused);
    await mkdir(join(root, "directory"));
    const opening = openSqlite({ file: join(root, "directory"), clock: Date.now });
    await expect(opening).rejects.toMatchObject({ code: "database_unavailable" });
    await rm(root, { recursive: true });
  });
});

describe("a PostgreSQL server", () => {
  it("that is not there is told within seconds", async () => {
    const started = performance.now();
    const opening = openPostgres({ url: "postgres://u:p@127.0.0.1:1/none", clock: Date.now });
    await expect(opening).rejects.toMatchObject({ code: "database_unavailable" });
    expect(performance.now() - started).toBeLessThan(4_000);
  });
});
