import { invalidRequest } from "../../errors.ts";
import type { EngineName } from "../engine.ts";
import { migrationsFor } from "../migrations/index.ts";
import { RowSum, wholeLines } from "./copy-text.ts";

/** `date`: an instant in a table of the accounts library, which is a text on SQLite and a timestamp on PostgreSQL. */
export type ColumnKind = "text" | "integer" | "boolean" | "date";

export type MovedColumn = { name: string; kind: ColumnKind };

/** The columns are sorted by name, so that they have the same order on both engines. `key`: the columns of the primary key. */
export type MovedTable = { name: string; columns: MovedColumn[]; key: string[] };

/** One of the two databases of a move. `read` yields the rows of a table in the text format of COPY, in chunks of any length. */
export type Side = {
  engine: EngineName;
  /** The names of the migrations that have run in the database. */
  migrations: string[];
  tables: MovedTable[];
  count(table: MovedTable): Promise<number>;
  read(table: MovedTable): AsyncIterable<Buffer>;
  close(): Promise<void>;
};

export type Target = {
  /** Throws if the target is not empty. Changes nothing. */
  check(): Promise<void>;
  /** Marks the target as incomplete, and creates all tables without indexes and triggers. */
  prepare(): Promise<Side>;
  write(table: MovedTable, chunks: AsyncIterable<Buffer>): Promise<void>;
  /** Creates the indexes and triggers, checks the foreign keys, and removes the mark of an incomplete database. */
  finish(): Promise<void>;
  close(): Promise<void>;
};

/** The service fills the search index again after a move, because each engine stores the index in its own way. */
const DERIVED_TABLES = /^search_(?:docs|terms)/;
/** This column states whether the search index contains the row. */
const DERIVED_COLUMN = "is_indexed";

const KINDS: Record<string, ColumnKind> = {
  text: "text",
  integer: "integer",
  bigint: "integer",
  smallint: "integer",
  boolean: "boolean",
  date: "date",
  "timestamp with time zone": "date",
};

/** A column in the catalogue of the engine. `keyPosition`: the position in the primary key from 1, or 0 outside of the primary key. */
export type SchemaColumn = { table: string; column: string; type: string; keyPosition: number };

/**
 * Groups the columns of a schema by table. Throws for a column type that the move does not know, because the move could change its values.
 */
export function tablesOf(columns: readonly SchemaColumn[]): MovedTable[] {
  const tables = new Map<string, { columns: MovedColumn[]; key: [number, string][] }>();
  for (const { table, column, type, keyPosition } of columns) {
    if (DERIVED_TABLES.test(table) || column === DERIVED_COLUMN) continue;
    const kind = KINDS[type];
    if (kind === undefined) throw new Error(`A move does not know the type ${type} of ${table}.${column}.`);
    const found = tables.get(table) ?? { columns: [], key: [] };
    tables.set(table, found);
    found.columns.push({ name: column, kind });
    if (keyPosition > 0) found.key.push([keyPosition, column]);
  }
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  return [...tables]
    .map(([name, { columns, key }]) => ({
      name,
      columns: columns.sort(byName),
      key: key.sort(([one], [other]) => one - other).map(([, column]) => column),
    }))
    .sort(byName);
}

/** Throws if the schemas of the two databases differ, so that the move forgets no table and no column. */
export function requireSameTables(source: Side, target: Side): void {
  const [one, other] = [describe(source), describe(target)];
  const differing = [...one, ...other].find((line) => !one.has(line) || !other.has(line));
  if (differing === undefined) return;
  throw invalidRequest(
    `The schemas of the two databases differ at ${differing}. A move supports only the tables of Valet Key. Remove the table or column that you added, and run the command again.`,
  );
}

function describe({ tables }: Side): Set<string> {
  // SQLite stores booleans as integers.
  const kindOf = (kind: ColumnKind) => (kind === "boolean" ? "integer" : kind);
  return new Set(
    tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name} (${kindOf(column.kind)})`)),
  );
}

/** A table after the move. `sha256`: the sum of the digests of its rows. */
export type MovedRows = { table: string; rows: number; sha256: string };

/** `done` and `total`: numbers of rows of all tables. Each row counts twice, because the move also reads the row again from the target. */
export type MoveProgress = { step: "copy" | "verify" | "index"; table: string; done: number; total: number };

type Options = { source: Side; target: Target; onProgress: (progress: MoveProgress) => void };

/** Counts the rows of each table in the source. Throws `invalid_request` if the source lacks migrations of this version. */
export async function countRows(source: Side): Promise<{ table: string; rows: number }[]> {
  requireMigrated(source);
  const counts: { table: string; rows: number }[] = [];
  for (const table of source.tables) counts.push({ table: table.name, rows: await source.count(table) });
  return counts;
}

function requireMigrated({ migrations, engine }: { migrations: readonly string[]; engine: EngineName }): void {
  const own = Object.keys(migrationsFor(engine));
  const missing = own.find((name) => !migrations.includes(name));
  const unknown = migrations.find((name) => !own.includes(name));
  if (missing !== undefined) {
    throw invalidRequest(
      `The source lacks the migration ${missing}. Start the service of this version once with the source, stop it, and run the command again.`,
    );
  }
  if (unknown === undefined) return;
  throw invalidRequest(
    `The source has the migration ${unknown} of a newer Valet Key. Run the command with that version.`,
  );
}

/** Copies all rows, and verifies the checksum of each table. After a failure, the target is incomplete. Throws `invalid_request`. */
export async function move({ source, target, onProgress }: Options): Promise<MovedRows[]> {
  const total = 2 * (await countRows(source)).reduce((sum, { rows }) => sum + rows, 0);
  const written = await target.prepare();
  requireSameTables(source, written);
  let done = 0;
  async function* summed(
    side: Side,
    { table, sum, step }: { table: MovedTable; sum: RowSum; step: "copy" | "verify" },
  ) {
    for await (const lines of wholeLines(side.read(table))) {
      const before = sum.rows;
      sum.add(lines);
      done += sum.rows - before;
      onProgress({ step, table: table.name, done, total });
      yield lines;
    }
  }
  const results: MovedRows[] = [];
  for (const [nth, table] of source.tables.entries()) {
    const into = written.tables[nth] as MovedTable;
    const [sent, stored] = [new RowSum(), new RowSum()];
    await target.write(into, summed(source, { table, sum: sent, step: "copy" }));
    for await (const _ of summed(written, { table: into, sum: stored, step: "verify" }));
    if (sent.rows !== stored.rows || sent.digest() !== stored.digest()) {
      throw invalidRequest(
        `The target has other rows in ${table.name} than the source: ${stored.rows} rows with the checksum ${stored.digest()}, not ${sent.rows} with ${sent.digest()}. The target stays incomplete.`,
      );
    }
    results.push({ table: table.name, rows: sent.rows, sha256: sent.digest() });
  }
  onProgress({ step: "index", table: "", done, total });
  await target.finish();
  return results;
}
