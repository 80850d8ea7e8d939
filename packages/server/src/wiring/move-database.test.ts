import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { toAuditValues } from "../features/audit/audit-event.ts";
import { auditQueries, urlAuditLog } from "../features/audit/queries.ts";
import { noteQueries } from "../features/notes/queries.ts";
import type { DatabaseConfig } from "../platform/config/index.ts";
import { urlJournalFile } from "../platform/database/sqlite/file.ts";
import { startChild } from "../testing/database/child-process.ts";
import { openAt } from "../testing/database/database-location.ts";
import { emptyPostgres, filled, moveTo, newSqlite, onFinding } from "../testing/database/database-moves.ts";
import { ROWS } from "../testing/database/fill-schema.ts";
import { sampleEvent, sampleNote } from "../testing/database/samples.ts";
import { postgres, runSql, sqlite } from "../testing/database/test-databases.ts";
import { previewMove } from "./move-database.ts";

/** The number of times that a test kills the move. Set KILL_ROUNDS=50 for a long run. */
const KILLS = Number(process.env.KILL_ROUNDS ?? 2);

function change(file: string, statements: string): void {
  const database = new DatabaseSync(file);
  database.exec(`pragma foreign_keys = off; ${statements}`);
  database.close();
}

/** Returns the rows of each moved table, sorted by their text. */
function dump(file: string): Record<string, string[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  const rows = tables
    .map(({ name }) => String(name))
    .filter((name) => !/^(?:sqlite_|valetkey_|search_)/.test(name))
    .map((name) => [
      name,
      database
        .prepare(`select * from "${name}"`)
        .all()
        .map((each) => JSON.stringify({ ...each, is_indexed: null }))
        .sort(),
    ]);
  database.close();
  return Object.fromEntries(rows);
}

function schemaOf(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const schema = database.prepare("select type, name, sql from sqlite_schema order by type, name").all();
  database.close();
  return schema;
}

const POSTGRES_SCHEMA = `
  select 'column' as kind, attrelid::regclass::text as of, attnum || ' ' || attname as name,
    concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attcollation::regcollation, attstorage, attstattarget,
      (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = attrelid and adnum = attnum)) as definition
  from pg_attribute join pg_class on pg_class.oid = attrelid where relnamespace = 'public'::regnamespace and attnum > 0 and relkind = 'r'
  union all select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
  union all select 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || tgenabled::text from pg_trigger where not tgisinternal
  union all select 'function', '', proname, pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
  union all select 'relation', relkind::text, relname, concat_ws(' ', reloptions) from pg_class where relnamespace = 'public'::regnamespace
  order by 1, 2, 3`;

/** Hides the month in the name of a partition, because the databases of a test can be created in different months. */
function withoutMonth(schema: unknown[]): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll(/audit_events_\d{4}_\d\d/g, "audit_events_MONTH"));
}

describe("a move of the database", () => {
  it("a database move to PostgreSQL and back keeps every row of every table", async () => {
    const [old, middle, last] = [await filled(), await emptyPostgres(), await newSqlite()];
    const before = dump(old.file);
    const short = Object.entries(before).filter(([, rows]) => rows.length < ROWS);
    expect(short.map(([table]) => table)).toEqual([]);
    const there = await moveTo(old, middle);
    const back = await moveTo(middle, last);
    expect(there.map(({ table }) => table)).toEqual(Object.keys(before));
    expect(back).toEqual(there);
    expect(dump(last.file)).toEqual(before);
  });

  it("a database move works with another collation of the target", async () => {
    const [old, last] = [await filled(), await newSqlite()];
    // This collation sorts digits as numbers, and ignores punctuation and the difference of upper and lower case.
    const middle = await emptyPostgres("locale_provider icu icu_locale 'en-u-ka-shifted-kn-ks-level2' locale 'C'");
    const [sorted] = await runSql(middle.url, "select 'a10' > 'A9' and 'a-c' > 'ab' as is_other");
    expect(sorted).toEqual({ is_other: true });
    await moveTo(old, middle);
    await moveTo(middle, last);
    expect(dump(last.file)).toEqual(dump(old.file));
  });

  it("after a database move, the target has the schema of a new database", async () => {
    const [old, middle, last] = [await newSqlite({ migrated: true }), await emptyPostgres(), await newSqlite()];
    await moveTo(old, middle);
    await moveTo(middle, last);
    expect(schemaOf(last.file)).toEqual(schemaOf(old.file));
    const fresh = await postgres.open();
    onTestFinished(() => fresh.close());
    const schema = await runSql(fresh.url as string, POSTGRES_SCHEMA);
    expect(schema.length).toBeGreaterThan(500);
    expect(withoutMonth(await runSql(middle.url, POSTGRES_SCHEMA))).toEqual(withoutMonth(schema));
    // If the schema had a sequence, a move would have to set its value.
    expect(schema).not.toContainEqual(expect.objectContaining({ kind: "relation", of: "S" }));
  });

  it("a dry run of a database move counts the rows, and changes nothing", async () => {
    const [source, target] = [await filled(), await emptyPostgres()];
    const counts = await previewMove({ source, target, onFinding });
    expect(counts).toContainEqual({ table: "audit_events", rows: ROWS });
    expect(
      await runSql(target.url, "select relname from pg_class where relnamespace = 'public'::regnamespace"),
    ).toEqual([]);
  });

  it("a database move does not change the source", async () => {
    const source = await filled();
    const before = dump(source.file);
    await moveTo(source, await emptyPostgres());
    expect(dump(source.file)).toEqual(before);
    await (await openAt({ file: source.file })).close();
  });

  it("a database move copies each event of the URL journal once", async () => {
    const [source, target] = [await newSqlite({ migrated: true }), await emptyPostgres()];
    const event = sampleEvent({ noteId: "n" });
    const inBoth = sampleEvent({ noteId: "n" });
    const old = await openAt(source);
    await auditQueries(old).add(inBoth);
    await urlAuditLog(old).record(event);
    await old.close();
    const journal = new DatabaseSync(urlJournalFile(source.file));
    const batch = JSON.stringify([toAuditValues(inBoth)]);
    journal.prepare("insert into url_event_batches (events) values (?), (?)").run(batch, batch);
    expect(journal.prepare("select count(*) as count from url_event_batches").get()).toEqual({ count: 3 });
    journal.close();
    const moved = await moveTo(source, target);
    expect(moved).toContainEqual(expect.objectContaining({ table: "audit_events", rows: 2 }));
    const db = await openAt(target);
    const { items } = await auditQueries(db).listOfNote("n", { limit: 9, cursor: undefined });
    await db.close();
    expect(items).toEqual([event, inBoth].sort((one, other) => (one.id < other.id ? 1 : -1)));
  });

  it("the triggers of the target run after a database move", async () => {
    const [source, target] = [await newSqlite({ migrated: true }), await emptyPostgres()];
    const note = sampleNote();
    const old = await openAt(source);
    await noteQueries(old).insert(note);
    await old.close();
    await moveTo(source, target);
    const db = await openAt(target);
    await db.kysely
      .insertInto("note_shares")
      .values({
        note_id: note.id,
        user_id: "bob",
        role: "viewer",
        created_at: 1,
        created_by: "ann",
        expires_at: null,
        seen_at: null,
      })
      .execute();
    expect(await db.kysely.selectFrom("note_sharers").selectAll().execute()).toEqual([
      { user_id: "bob", owner_id: note.ownerId },
    ]);
    await db.close();
  });

  it("a database move keeps the microseconds of a timestamp", async () => {
    const [source, target] = [await newSqlite(), await emptyPostgres()];
    await (await openAt(target)).close();
    await runSql(
      target.url,
      `insert into auth_users (id, name, email, email_verified, created_at, updated_at)
      values ('u', 'Ann', 'a@example.com', true, '2030-01-01T01:00:00.123456+01', '2030-01-01T00:00:00Z')`,
    );
    await moveTo(target, source);
    const database = new DatabaseSync(source.file);
    expect(database.prepare("select email_verified, created_at, updated_at from auth_users").get()).toEqual({
      email_verified: 1,
      created_at: "2030-01-01T00:00:00.123456Z",
      updated_at: "2030-01-01T00:00:00.000Z",
    });
    database.close();
  });
});

describe("a refused move of the database", () => {
  it.each(["sqlite", "postgres"] as const)(
    "a database move refuses a %s source that a running service uses",
    async (engine) => {
      const test = await (engine === "sqlite" ? sqlite : postgres).open();
      onTestFinished(() => test.close());
      const [source, target]: [DatabaseConfig, DatabaseConfig] =
        engine === "sqlite"
          ? [{ kind: "sqlite", file: test.file as string }, await emptyPostgres()]
          : [{ kind: "postgres", url: test.url as string, prepared: "auto" }, await newSqlite()];
      await noteQueries(test.db).insert(sampleNote());
      await expect(moveTo(source, target)).rejects.toThrow(/Stop (?:the service|all replicas)/);
      await noteQueries(test.db).insert(sampleNote());
    },
  );

  it("a database move refuses a source with audit events that wait for their export", async () => {
    const [source, there] = [await filled(), await emptyPostgres()];
    await moveTo(source, there);
    await runSql(there.url, "create table audit_events_2026_07_old (like audit_events including all)");
    await expect(moveTo(there, await newSqlite())).rejects.toThrow(
      "The events in audit_events_2026_07_old are not exported yet. Start the service with AUDIT_DAYS",
    );
  });

  it("a database move refuses a source with missing or unknown migrations", async () => {
    const [source, target] = [await filled(), await emptyPostgres()];
    change(source.file, "delete from facts where name like 'migration:%'");
    await expect(moveTo(source, target)).rejects.toThrow("lacks the migration 0200-initial-schema. Start the service");
    change(
      source.file,
      "insert into facts (name, value) values ('migration:0200-initial-schema', 'true'), ('migration:9999-later', 'false')",
    );
    await expect(moveTo(source, target)).rejects.toThrow("the migration 9999-later of a newer Valet Key");
    change(source.file, "delete from facts where name = 'migration:9999-later'; alter table notes add column own text");
    await expect(moveTo(source, target)).rejects.toThrow("differ at notes.own");
  });

  it.each([
    [
      "a NUL character",
      "cast(x'610062' as text)",
      /body of the row of notes with id "notes-id-1" contains the NUL character/,
    ],
    ["bytes that are not UTF-8", "cast(x'61ff62' as text)", /body of the row of notes .* bytes that are not UTF-8/],
  ])("a database move refuses a text with %s, and names the row of the text", async (_, text, message) => {
    const source = await filled();
    change(source.file, `update notes set body = ${text} where id = 'notes-id-1'`);
    await expect(moveTo(source, await emptyPostgres())).rejects.toThrow(message);
  });

  it("a database move refuses a date that is no date, and names the row of the date", async () => {
    const source = await filled();
    change(source.file, "update auth_users set created_at = 'yesterday' where id = 'auth_users-id-1'");
    await expect(moveTo(source, await emptyPostgres())).rejects.toThrow(
      'column created_at of the row of auth_users with id "auth_users-id-1" is no date.',
    );
  });

  it("a database move keeps integers above 2^53", async () => {
    const [source, middle, last] = [await filled(), await emptyPostgres(), await newSqlite()];
    change(source.file, "update notes set created_at = 9007199254740993 where id = 'notes-id-1'");
    await moveTo(source, middle);
    await moveTo(middle, last);
    const database = new DatabaseSync(last.file);
    const statement = database.prepare("select created_at from notes where id = 'notes-id-1'");
    statement.setReadBigInts(true);
    expect(statement.get()).toEqual({ created_at: 9007199254740993n });
    database.close();
  });

  it("a database move refuses a table without a primary key that an operator added", async () => {
    const source = await filled();
    change(source.file, "create table mine (a text)");
    await expect(moveTo(source, await emptyPostgres())).rejects.toThrow("differ at mine.a (text). A move supports");
  });

  it("a database move refuses a text that is too long for an index of PostgreSQL", async () => {
    const source = await filled();
    const long = randomBytes(9_000).toString("base64");
    change(source.file, `update notes set owner_id = '${long}' where id = 'notes-id-1'`);
    await expect(moveTo(source, await emptyPostgres())).rejects.toThrow(/PostgreSQL refuses the rows: index row/);
  });

  it("a database move names the column of a number that PostgreSQL can't store", async () => {
    const source = await filled();
    change(source.file, "update people set is_admin = 70000 where id = 'people-id-2'");
    await expect(moveTo(source, await emptyPostgres())).rejects.toThrow(
      "PostgreSQL refuses row 2 of people, column is_admin",
    );
  });

  it("a database move refuses a row whose foreign key has no target", async () => {
    const source = await filled();
    change(source.file, "delete from auth_users where id = 'auth_users-id-1'");
    await expect(moveTo(source, await emptyPostgres())).rejects.toThrow(/refuses the rows: .*foreign key/);
  });

  it("a database move refuses to start while another move to the same target runs", async () => {
    const [one, other, target] = [await filled(), await filled(), await emptyPostgres()];
    let second: Promise<unknown> | undefined;
    await moveTo(one, target, () => {
      second ??= moveTo(other, target).catch((error) => error.message);
    });
    expect(await second).toMatch(/Another move|not empty/);
    expect(await moveTo(one, await emptyPostgres()).catch(() => "failed")).not.toBe("failed");
  });

  it.each(["copy", "verify"])(
    "after a lost connection in the step %s, the next database move completes the target",
    async (at) => {
      const [source, target] = [await filled(), await emptyPostgres()];
      let isCut = false;
      const cut = ({ step }: { step: string }) => {
        if (isCut || step !== at) return;
        isCut = true;
        const end =
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        const script = `const { default: pg } = await import("pg"); const c = new pg.Client(process.argv[1]); await c.connect(); await c.query(process.argv[2]); await c.end();`;
        expect(
          spawnSync(process.execPath, ["--input-type=module", "-e", script, target.url, end], {
            cwd: import.meta.dirname,
          }).status,
        ).toBe(0);
      };
      await expect(moveTo(source, target, cut)).rejects.toMatchObject({ code: "database_unavailable" });
      await expect(openAt(target)).rejects.toThrow("Run `valetkey move database` again");
      expect(await moveTo(source, target)).not.toEqual([]);
    },
  );

  it.each(["postgres", "sqlite"] as const)(
    `a database move to %s completes after ${KILLS} kills`,
    { timeout: 120_000 + KILLS * 20_000 },
    async (engine) => {
      const original = await filled();
      const middle = await emptyPostgres();
      await moveTo(original, middle);
      const [source, target] = engine === "postgres" ? [original, await emptyPostgres()] : [middle, await newSqlite()];
      for (let round = 0; round < KILLS; round += 1) {
        const child = startChild("move-until-killed", [
          JSON.stringify({ source, target, stopAt: round % 2 === 0 ? (round * 7) % 100 : "index" }),
        ]);
        await once(child.stdout as NodeJS.ReadableStream, "data");
        child.kill("SIGKILL");
        await once(child, "close");
        await expect(openAt(target as never)).rejects.toThrow("Run `valetkey move database` again");
      }
      await moveTo(source, target);
      await (await openAt(target as never)).close();
      const last = engine === "postgres" ? await newSqlite() : (target as { file: string });
      if (engine === "postgres") await moveTo(target, last as DatabaseConfig);
      expect(dump(last.file)).toEqual(dump(original.file));
      expect(["", "-journal"].filter((end) => existsSync(`${last.file}.moving${end}`))).toEqual([]);
    },
  );
});
