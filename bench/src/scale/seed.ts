import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { openPostgres, openSqlite, termsOfDoc } from "../rig/service.ts";
import { DEPENDENT, type Rows, rowsOf, type Shape, sqliteWords, type Words } from "./data.ts";

/** The location of a database: the URL of an empty PostgreSQL database, or the path of a new SQLite file. */
export type Target = { url: string } | { file: string };

type Sql = {
  words: Words;
  /** The SQL for the numbers from 0 to `count` - 1, as the column `i` of a table `rows`. */
  numbers(count: number): string;
  run(sql: string): Promise<void>;
  all<Row>(sql: string, values?: (string | number)[]): Promise<Row[]>;
  /**
   * Removes constraints, triggers and indexes, so that rows load faster. Returns the statements that create the removed constraints and
   * indexes again.
   */
  prepare(tables: readonly string[]): Promise<string[]>;
  /** Collects the statistics that the service would have. */
  finish(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Fills an empty database with the rows of a shape, without the API. The counters, the search index and the tables that triggers fill have
 * the same contents as after requests to the service. `log`: reports the progress.
 */
export async function seedScale(target: Target, shape: Shape, log: (text: string) => void = () => undefined) {
  await openService(target).then((service) => service.close());
  const again = await withSql(target, async (sql) => {
    const tables = rowsOf(shape, sql.words);
    const dependent = ["usage", "note_sharers", "shared_subjects", "search_docs"];
    const statements = await sql.prepare([...tables.map(({ table }) => table), ...dependent]);
    for (const rows of tables)
      await timed(`${rows.table} from ${rows.count} numbers`, () => sql.run(insertOf(rows, sql)));
    await timed("dependent tables", async () => {
      for (const statement of DEPENDENT) await sql.run(statement);
    });
    return statements;
  });
  await timed("index for searches", () => indexTexts(target));
  await withSql(target, (sql) =>
    timed("indexes, triggers and constraints", async () => {
      for (const statement of again) await sql.run(statement);
      await sql.finish();
    }),
  );

  async function timed(name: string, work: () => Promise<void>) {
    const startedAt = performance.now();
    await work();
    log(`${name}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
}

/** Returns the instant of the newest rows of a filled database, or undefined for an empty database. */
export async function findEnd(target: Target): Promise<number | undefined> {
  if ("file" in target && !existsSync(target.file)) return undefined;
  await openService(target).then((service) => service.close());
  // All mails have the instant of the newest rows.
  const [row] = await withSql(target, (sql) =>
    sql.all<{ until: unknown }>("select min(created_at) as until from mails"),
  );
  return row?.until == null ? undefined : Number(row.until);
}

function openService(target: Target) {
  const clock = Date.now;
  return "url" in target ? openPostgres({ ...target, clock }) : openSqlite({ ...target, clock });
}

async function withSql<T>(target: Target, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = "url" in target ? await connectPostgres(target.url) : connectSqlite(target.file);
  try {
    return await work(sql);
  } finally {
    await sql.close();
  }
}

function insertOf({ table, count, columns, where, orderBy }: Rows, { numbers }: Sql): string {
  const [names, values] = [Object.keys(columns), Object.values(columns)];
  const order = orderBy === undefined ? "" : ` order by ${orderBy}`;
  const selected = values.map((value, nth) => `${value} as ${names[nth]}`);
  return `${numbers(count)}, made as (select ${selected.join(", ")} from rows where ${where ?? "true"})
    insert into ${table} (${names.join(", ")}) select ${names.join(", ")} from made${order}`;
}

const TEXTS = [
  "select id, id as note_id, owner_id, title_folded as first, body_folded as second from notes where is_indexed = 1",
  "select id, note_id, owner_id, filename_folded as first, '' as second from attachments where is_indexed = 1",
];
// PostgreSQL must store these documents within the service's time limit for a query.
const DOCS_AT_ONCE = 500;

type TextRow = { id: string; note_id: string; owner_id: string; first: string; second: string };

/** Adds all texts to the search index, with the functions of the service. */
async function indexTexts(target: Target): Promise<void> {
  const service = await openService(target);
  try {
    await withSql(target, async (sql) => {
      for (const texts of TEXTS) {
        let rows: TextRow[] = [];
        do {
          const after = rows.at(-1)?.id ?? "";
          rows = await sql.all<TextRow>(`${texts} and id > '${after}' order by id limit ${DOCS_AT_ONCE}`);
          const docs = rows.map(({ id, note_id, owner_id, first, second }) => {
            return { docId: id, noteId: note_id, terms: termsOfDoc(owner_id, [first, second]) };
          });
          await service.transaction(({ kysely, engine }) => engine.putDocs(kysely, docs));
        } while (rows.length === DOCS_AT_ONCE);
      }
    });
  } finally {
    await service.close();
  }
}

function connectSqlite(file: string): Sql {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  db.exec("pragma synchronous = off; pragma cache_size = -500000; pragma temp_store = file");
  const all = <Row>(text: string) => db.prepare(text).all() as Row[];
  return {
    words: sqliteWords,
    numbers: (count) => `with recursive rows (i) as (select 0 union all select i + 1 from rows where i < ${count - 1})`,
    async run(text) {
      db.exec(text);
    },
    async all(text) {
      return all(text);
    },
    async prepare() {
      // SQLite leaves the write-ahead log only for a mode with a journal.
      db.exec("pragma journal_mode = delete");
      db.exec("pragma journal_mode = off");
      const made = all<{ type: string; name: string; sql: string }>(
        "select type, name, sql from sqlite_master where sql is not null and type in ('index', 'trigger') order by type",
      );
      for (const { type, name } of made) db.exec(`drop ${type} "${name}"`);
      return made.map(({ sql }) => sql);
    },
    async finish() {
      db.exec("pragma journal_mode = wal");
    },
    async close() {
      db.close();
    },
  };
}

async function connectPostgres(url: string): Promise<Sql> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = async (text: string) => void (await client.query(text));
  const all = async <Row>(text: string, values: unknown[] = []) => (await client.query(text, values)).rows as Row[];
  return {
    words: {
      hex: (number, digits) => `lpad(to_hex(${number}), ${digits}, '0')`,
      yes: "true",
      date: `timestamptz ${sqliteWords.date}`,
    },
    numbers: (count) => `with rows (i) as (select generate_series(0::bigint, ${count - 1}))`,
    run,
    all,
    async prepare(tables) {
      // With the role `replica`, PostgreSQL runs no triggers and checks no foreign keys.
      await run(`set session_replication_role = replica; set synchronous_commit = off;
        set maintenance_work_mem = '512MB'; set work_mem = '128MB'; set max_parallel_workers_per_gather = 0`);
      const indexes = await all<{ name: string; made: string }>(
        // With ONLY, the index of a partitioned table would have no index in the partitions.
        `select indexname as name, replace(indexdef, ' ON ONLY ', ' ON ') as made from pg_indexes where schemaname = current_schema and tablename = any($1)
          and not exists (select 1 from pg_constraint where conname = indexname)`,
        [tables],
      );
      // The ids of events are not in the order of their primary key, so it is faster to build the index at the end.
      const keys = await all<{ name: string; made: string }>(
        "select conname as name, pg_get_constraintdef(oid) as made from pg_constraint where conrelid = 'audit_events'::regclass and contype = 'p'",
      );
      for (const { name } of indexes) await run(`drop index ${name}`);
      for (const { name } of keys) await run(`alter table audit_events drop constraint ${name}`);
      return [
        ...keys.map(({ name, made }) => `alter table audit_events add constraint ${name} ${made}`),
        ...indexes.map(({ made }) => made),
      ];
    },
    finish: () => run("vacuum analyze"),
    close: () => client.end(),
  };
}
