import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { DatabaseConfig } from "../platform/config/index.ts";
import type { MoveProgress } from "../platform/database/move/move.ts";
import { createTestPostgresDatabase, postgres, runSql, sqlite } from "../testing/database/test-databases.ts";
import { moveDatabase } from "./move-database.ts";

const ROWS = 3;
/** The texts contain all characters that the format of COPY escapes, and texts that look like escapes. */
const HARD_TEXTS = [
  "",
  "\\N",
  "\\.",
  "tab\tline\nreturn\r\b\f\v\\",
  "\ufffd 𝄞 ẞ 文",
  "'; drop table notes; --",
  "\\\\n",
];

async function emptyPostgres(): Promise<Extract<DatabaseConfig, { kind: "postgres" }>> {
  const { url, remove } = await createTestPostgresDatabase();
  onTestFinished(remove);
  return { kind: "postgres", url, prepared: "auto" };
}

async function newSqlite({ migrated } = { migrated: false }): Promise<Extract<DatabaseConfig, { kind: "sqlite" }>> {
  const { location, remove } = await sqlite.createLocation({ migrated });
  onTestFinished(remove);
  return { kind: "sqlite", file: (location as { file: string }).file };
}

function moveTo(
  source: DatabaseConfig,
  target: DatabaseConfig,
  onProgress: (progress: MoveProgress) => void = () => undefined,
) {
  return moveDatabase({ source, target, onFinding: () => undefined, onProgress });
}

/** Fills each table of a migrated database with rows that fit its schema, so that a new table has rows too. */
function fill(file: string): void {
  const database = new DatabaseSync(file);
  database.exec("pragma foreign_keys = off");
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  for (const { name } of tables) {
    if (/^(?:sqlite_|kysely_|search_|schema_compatibility)/.test(String(name))) continue;
    for (let row = 1; row <= ROWS; row += 1) insertRow(database, { table: String(name), row });
  }
  expect(database.prepare("pragma foreign_key_check").all()).toEqual([]);
  database.close();
}

function insertRow(database: DatabaseSync, { table, row }: { table: string; row: number }): void {
  const columns = database.prepare('select name, type, "notnull" as required, pk from pragma_table_info(?)').all(table);
  const parents = database
    .prepare('select "table" as parent, "from" as name, "to" as key from pragma_foreign_key_list(?)')
    .all(table);
  const values = columns.map(({ name, type, required, pk }): SQLInputValue => {
    const reference = parents.find((parent) => parent.name === name);
    if (reference !== undefined) return `${reference.parent}-${reference.key}-${row}`;
    if (row === 2 && !required && pk === 0) return null;
    if (/date/i.test(String(type))) return new Date(row * 1_234_567).toISOString();
    if (/int/i.test(String(type)))
      return /^(is_admin|owns_object|email_verified|.*staged)$/.test(String(name))
        ? row % 2
        : integerOf(row, String(name));
    const hard = row === 3 && pk === 0 ? HARD_TEXTS[columns.length % HARD_TEXTS.length] : "";
    return `${table}-${name}-${row}${hard}`;
  });
  const names = columns.map(({ name }) => `"${name}"`).join();
  database.prepare(`insert into "${table}" (${names}) values (${columns.map(() => "?").join()})`).run(...values);
}

/** Only sizes and instants are larger than an integer of 16 bits. */
function integerOf(row: number, name: string): number {
  return /(?:_at|bytes)$/.test(name) ? 2 ** 52 + row : row;
}

/** Returns the rows of each moved table, in the order of their texts. */
function dump(file: string): Record<string, string[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  const rows = tables
    .map(({ name }) => String(name))
    .filter((name) => !/^(?:sqlite_|kysely_|search_)/.test(name))
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

describe("a move of the database", () => {
  it("a move to PostgreSQL and back returns every row of every table", async () => {
    const [old, middle, last] = [await newSqlite({ migrated: true }), await emptyPostgres(), await newSqlite()];
    fill(old.file);
    const before = dump(old.file);
    const short = Object.entries(before).filter(([, rows]) => rows.length < ROWS);
    expect(short.map(([table]) => table)).toEqual(["schema_compatibility"]);
    const there = await moveTo(old, middle);
    const back = await moveTo(middle, last);
    expect(there.map(({ table }) => table)).toEqual(Object.keys(before));
    expect(back).toEqual(there);
    expect(dump(last.file)).toEqual(before);
  });

  it("the target of a move has the schema of a new database", async () => {
    const [old, middle, last] = [await newSqlite({ migrated: true }), await emptyPostgres(), await newSqlite()];
    await moveTo(old, middle);
    await moveTo(middle, last);
    expect(schemaOf(last.file)).toEqual(schemaOf(old.file));
    const fresh = await postgres.open();
    onTestFinished(() => fresh.close());
    const schema = await runSql(fresh.url as string, POSTGRES_SCHEMA);
    expect(schema.length).toBeGreaterThan(500);
    expect(await runSql(middle.url, POSTGRES_SCHEMA)).toEqual(schema);
    // A sequence would need its highest value after a move.
    expect(schema).not.toContainEqual(expect.objectContaining({ kind: "relation", of: "S" }));
  });
});
