import { DatabaseSync } from "node:sqlite";
import { CompiledQuery, type Dialect, Kysely, PostgresDialect } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import { postgresAccessQueries } from "../../features/access/postgres.ts";
import { compileAccess } from "../../features/access/queries.ts";
import { type EngineName, postgresEngine, sqliteEngine } from "../../platform/database/engine.ts";
import { createPool, kyselyPool } from "../../platform/database/postgres/pool.ts";
import { createPrimary } from "../../platform/database/postgres/primary.ts";
import type { RunNamed } from "../../platform/database/postgres/statements.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { sqliteDialect } from "../../platform/database/sqlite/dialect.ts";
import { Mutex } from "../../platform/database/sqlite/write-group.ts";
import { everyQuery } from "../../testing/database/every-query.ts";
import { fillTables, GROWING_TABLES, LARGE_USER, MIDDLE } from "../../testing/database/large-database.ts";
import { queryExamples } from "../../testing/database/query-examples.ts";
import { engines, type TestDatabase } from "../../testing/database/test-databases.ts";
import { queriesOn } from "./database.ts";
import { postgresLookups } from "./open-postgres.ts";

/** The time limit for filling the tables, in milliseconds. */
const SLOW_MS = 600_000;
/** The number of keys in a batched statement. The tables of this test are small, so with more keys PostgreSQL would read whole tables. */
const BATCH = 50;
const IN_ORDER = "reads an index in the order of the list, up to the limit";
const CLOSED_ACCOUNT = "may read the small index of notes in the trash, when an account is closed or opened again";
const UNINDEXED = "reads the index of texts that searches cannot find yet, up to a limit";
const BY_COMMAND = "runs only when an operator runs a command";
const BY_OPERATOR = "runs when the service starts without a scanner, or when an operator runs a command";
const RECOVERY = "runs only when an administrator loses the account";
const MANY_ROWS = "reads many rows of the user, so PostgreSQL prefers to read the table";
const CLOSING = "reads all rows of a user who closes the account";
const ORDERED_FILES = "joins two indexes in the order of the list, up to the limit";
/** With one of these reasons, a query may also read a whole table. */
const RARE = [BY_COMMAND, BY_OPERATOR, RECOVERY, CLOSING, MANY_ROWS];
/** Marks an example for the user to whom a fifth of all rows belongs. */
const LARGE = " (large user)";
const RESERVED = "reads the index of reservations, which are few, when an operator runs a command";
const SEARCH = "a search runs with another setting of PostgreSQL, so it reads the index";
const BOUNDED = "counts rows up to a limit, and almost all rows of this test are counted";

/** The queries that may read a whole index, and the reasons. With a step of the query plan in its name, a query may also read a table. */
const ALLOWED: Record<string, string> = {
  "administrators.holdAdministrators": "reads the index of administrators, which are few",
  "administration.listEvents": IN_ORDER,
  "administration.listPeople": IN_ORDER,
  "accountDeletions.hideNotes": CLOSED_ACCOUNT,
  "accountDeletions.showNotes": CLOSED_ACCOUNT,
  "accountInvitations.listOpen": IN_ORDER,
  "accounts.deleteResetLinksByHand": RECOVERY,
  "links.listAll": IN_ORDER,
  "mails.list": IN_ORDER,
  "backups.dropDeletions": BY_COMMAND,
  "backups.listUploads": BY_COMMAND,
  "fileJobs.count": BY_OPERATOR,
  "fileJobs.list": BY_COMMAND,
  "moves.countAdopted": BY_COMMAND,
  "moves.lastDeletions": BY_COMMAND,
  "moves.measure": BY_COMMAND,
  "moves.unsettled": BY_COMMAND,
  "notes.listOwned": UNINDEXED,
  "notes.listShared": UNINDEXED,
  "notes.listOwned: Seq Scan attachments": SEARCH,
  "notes.listShared: Seq Scan attachments": SEARCH,
  "queues.measure": "reads the start of each queue, up to a limit",
  "queues.measure: Seq Scan file_jobs": BOUNDED,
  "queues.measure: Seq Scan mails": BOUNDED,
  "searchIndex.indexSome": UNINDEXED,
  "trash.nextToPurge": "reads the first note of a queue",
  "usage.findDrift": RESERVED,
  "usage.recount": RESERVED,
  "usage.sumPage": RESERVED,
  "issuedUrls.listUrlReports": "reads the index of the endpoints that get a report",
  [`adoptions.findPrivateNote${LARGE}`]: BY_COMMAND,
  [`accountDeletions.countContents${LARGE}`]: CLOSING,
  [`accountDeletions.hideNotes${LARGE}`]: CLOSING,
  [`links.listUnrevoked${LARGE}`]: CLOSING,
  [`links.listOfPerson${LARGE}`]: MANY_ROWS,
  [`shares.listAttachmentsFor${LARGE}`]: ORDERED_FILES,
  [`trash.listFor${LARGE}`]: MANY_ROWS,
  [`usage.findDrift${LARGE}`]: BY_COMMAND,
  [`usage.recount${LARGE}`]: BY_COMMAND,
};

describe.each(engines)("the queries on $name", ({ name, open }) => {
  it("no query of the service reads a whole table that grows", { timeout: SLOW_MS }, async () => {
    const test = await open();
    const ran: CompiledQuery[] = [];
    const db = new Kysely<Tables>({ dialect: dialectOf(test), log: ({ query }) => void ran.push(query) });
    onTestFinished(async () => {
      await db.destroy();
      await test.close();
    });
    await fillTables(db, name);
    const scans: string[] = [];
    for (const [verb, run] of everyExample()) {
      ran.length = 0;
      await rollBack(db, { engine: name, work: run });
      const distinct = new Map(ran.map((query) => [query.sql, query]));
      for (const query of distinct.values())
        scans.push(...(await scansOf(db, { engine: name, query })).map((scan) => `${verb}: ${scan}`));
    }
    if (name === "postgres") {
      const batches = await batchedStatements(db);
      expect(batches).toHaveLength(8);
      for (const [verb, query] of batches)
        scans.push(...(await scansOf(db, { engine: name, query })).map((scan) => `${verb}: ${scan}`));
    }
    expect(scans.filter((scan) => !isAllowed(scan))).toEqual([]);
  });
});

/** Returns whether the test permits a query to read this whole index or table. */
function isAllowed(scan: string): boolean {
  const readsTable = /Seq Scan|SCAN (?!.* USING )/.test(scan);
  return [scan, scan.replace(LARGE, "")].some((allowed) => {
    const [verb = ""] = allowed.split(":", 1);
    return RARE.includes(ALLOWED[verb] ?? "") || (readsTable ? allowed.trim() : verb) in ALLOWED;
  });
}

/** Opens the database with one connection, and with no time limit for a statement. */
function dialectOf({ file, url }: TestDatabase): Dialect {
  return url === undefined
    ? sqliteDialect(new DatabaseSync(file as string), { writeLock: new Mutex(), patienceMs: 1_000 })
    : new PostgresDialect({
        pool: kyselyPool(createPool({ primary: createPrimary(url), maxConnections: 1, queryTimeoutMs: SLOW_MS })),
      });
}

type Run = (tx: Tx) => Promise<unknown>;

function everyExample(): [verb: string, run: Run][] {
  return Object.entries(queryExamples).flatMap(([noun, verbs]) =>
    Object.entries(verbs).flatMap(([verb, examples]) =>
      (examples as readonly (readonly unknown[])[]).flatMap(forLargeUser).map(([size, given]): [string, Run] => [
        `${noun}.${verb}${size}`,
        async (tx) => {
          const ofNoun: object = everyQuery[noun as keyof typeof everyQuery](tx);
          await (ofNoun as Record<string, (...given: readonly unknown[]) => unknown>)[verb]?.(...given);
        },
      ]),
    ),
  );
}

/** Returns an example, and the same example for the user who has many rows. */
function forLargeUser(given: readonly unknown[]): [size: string, given: readonly unknown[]][] {
  const replaced = replaceUser(given) as readonly unknown[];
  const isForUser = JSON.stringify(replaced) !== JSON.stringify(given);
  return [["", given], ...(isForUser ? [[LARGE, replaced] as [string, readonly unknown[]]] : [])];
}

function replaceUser(value: unknown): unknown {
  if (value === "user-1") return LARGE_USER;
  if (Array.isArray(value)) return value.map(replaceUser);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaceUser(member)]));
}

async function rollBack(db: Kysely<Tables>, { engine: name, work }: { engine: EngineName; work: Run }): Promise<void> {
  const engine = name === "sqlite" ? sqliteEngine : postgresEngine;
  const transaction = await db.startTransaction().execute();
  const search = {
    atOnce: 1,
    run: async <Row>(query: CompiledQuery<Row>) => (await transaction.executeQuery(query)).rows,
  };
  const tx = { ...queriesOn(transaction, { engine, clock: () => MIDDLE }), search };
  await work(tx).finally(() => transaction.rollback().execute());
}

/** Returns the statements that make access decisions and lookups of many requests in one batch on PostgreSQL. */
async function batchedStatements(db: Kysely<Tables>): Promise<[name: string, query: CompiledQuery][]> {
  const ran: [string, CompiledQuery][] = [];
  const run: RunNamed = async ({ name, text, values }) => {
    ran.push([name, CompiledQuery.raw(text, values)]);
    return [];
  };
  const clock = () => MIDDLE;
  const access = postgresAccessQueries(run, {
    ...{ db, clock, engine: postgresEngine },
    statements: compileAccess(db, postgresEngine),
  });
  const lookups = postgresLookups(run, { db, clock });
  const all = Array.from({ length: BATCH }, (_, nth) => nth + 1);
  await access.downloads(
    "user-1",
    all.map((nth) => `file-${nth}`),
  );
  await Promise.all(
    all.flatMap((nth) => [
      access.download(`user-${nth}`, `file-${nth}`),
      lookups.session(`token-${nth}`),
      lookups.apiToken(`hash-${nth}`),
      lookups.isDisabled(`user-${nth}`),
      lookups.person(`user-${nth}`),
      lookups.item({ resource: "invoice", itemId: `item-${nth}` }),
      lookups.itemOfFile(`file-${nth}`),
    ]),
  );
  return ran;
}

type Explained = { engine: EngineName; query: CompiledQuery };

/** Returns the steps of the query plan that read a whole table or a whole index. */
async function scansOf(db: Kysely<Tables>, { engine, query }: Explained): Promise<string[]> {
  if (!/^\s*(select|insert|update|delete|with)\b/i.test(query.sql)) return [];
  const explain = engine === "sqlite" ? "explain query plan" : "explain (format json)";
  const explained = CompiledQuery.raw(`${explain} ${query.sql}`, [...query.parameters]);
  const { rows } = await db.executeQuery<Record<string, unknown>>(explained);
  if (engine === "sqlite")
    return rows.map(({ detail }) => String(detail)).filter((detail) => isScanOn(detail, query.sql));
  const plans = rows.flatMap((row) => row["QUERY PLAN"] as { Plan: Node }[]);
  return plans.flatMap(({ Plan }) => scansIn(Plan));
}

/** Returns whether a step of an SQLite plan scans a growing table, by its name or by an alias in the query. */
function isScanOn(detail: string, query: string): boolean {
  const [, name = ""] = /^SCAN (\w+)/.exec(detail) ?? [];
  const [, table = name] = new RegExp(`"(\\w+)" as "${name}"`).exec(query) ?? [];
  return isGrowing(table);
}

function isGrowing(table: string): boolean {
  return (GROWING_TABLES as string[]).includes(table);
}

type Node = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  Plans?: Node[];
};

function scansIn(node: Node): string[] {
  const { "Node Type": type, "Relation Name": table = "", "Index Name": index = "", Plans: parts = [] } = node;
  const isScan = type === "Seq Scan" || (/Index/.test(type) && node["Index Cond"] === undefined);
  // The bitmap scan of a plan names only its index, and not the table.
  return [
    ...(isScan && (table === "" || isGrowing(table)) ? [`${type} ${table} ${index}`] : []),
    ...parts.flatMap(scansIn),
  ];
}
