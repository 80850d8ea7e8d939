// Only this file of the benchmarks depends on the code and the tables of the service. All other files use only its HTTP API.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { loadConfig } from "@valetkey/server/src/platform/config/index.ts";
import { FILE_JOBS } from "@valetkey/server/src/wiring/background.ts";
import { openCore } from "@valetkey/server/src/wiring/core.ts";
import { createLogger } from "@valetkey/server/src/wiring/service.ts";
import { SERVICE_JOBS } from "@valetkey/server/src/wiring/service-background.ts";
import pg from "pg";
import type { BenchAttachment, BenchNote, Dataset } from "./dataset.ts";
import { apiToken, sessionToken, settings } from "./settings.ts";

export { accessQueries } from "@valetkey/server/src/features/access/queries.ts";
export { urlAuditLog } from "@valetkey/server/src/features/audit/queries.ts";
export { termsOfDoc } from "@valetkey/server/src/features/notes/search-index-queries.ts";
export { createNewId, drawnAhead } from "@valetkey/server/src/platform/crypto/ids.ts";
export { deriveLinkKeys, makeToken } from "@valetkey/server/src/platform/crypto/link-token.ts";
export { loadEmbeddedPostgres } from "@valetkey/server/src/testing/database/embedded-postgres.ts";
export { openPostgres } from "@valetkey/server/src/wiring/database/open-postgres.ts";
export { openSqlite } from "@valetkey/server/src/wiring/database/open-sqlite.ts";

/** The location of a candidate's data. `url`: the URL of a PostgreSQL database. Without `url`, `directory` contains a SQLite database. */
export type DataLocation = { directory: string; url?: string };
/** The number of `url.issued` events in an audit log, and the number of URLs in these events. */
export type AuditedUrls = { events: number; urls: number };

type Row = Record<string, string | number | boolean | null>;

const SESSION_MS = 24 * 3600 * 1000;
const BUSY_TIMEOUT_MS = 10_000;
const articleSchema = new URL("../../article/schema.sql", import.meta.url);

export function sqliteFileIn(directory: string): string {
  return join(directory, settings.sqliteFile);
}

/** Opens the short background jobs of the service, which delete and expire rows at intervals. */
export async function openJobs(env: Record<string, string>, directory: string) {
  const { config } = loadConfig({ ...env, LOG_LEVEL: "error" }, { workingDirectory: directory });
  const { useCases, close } = await openCore(config, { logger: createLogger(config) });
  const names = [...Object.keys(FILE_JOBS), ...Object.keys(SERVICE_JOBS)] as (
    | keyof typeof FILE_JOBS
    | keyof typeof SERVICE_JOBS
  )[];
  return { jobs: new Map(names.map((name): [string, () => Promise<unknown>] => [name, useCases[name]])), close };
}

/** Writes the data of the benchmark to the tables of the service. The service has already run once, and has created its tables. */
export async function seedService(where: DataLocation, dataset: Dataset): Promise<void> {
  const now = Date.now();
  const instant = new Date(now).toISOString();
  const { userIds, notes, attachments, shares } = dataset;
  await insertAll(where, {
    people: userIds.map((id) => ({
      ...{ id, email: `${id}@bench.example`, name: "Bench", is_admin: 0 },
      ...{ email_stated_at: now, created_at: now, updated_at: now },
    })),
    // Each user has an account, and is also the subject of a JWT. So all credentials of a user lead to the same notes.
    identities: userIds.map((id) => ({ issuer: "jwt-secret", subject: id, user_id: id })),
    auth_users: userIds.map((id) => ({
      ...{ id, name: "Bench", email: `${id}@bench.example`, email_verified: false },
      ...{ created_at: instant, updated_at: instant },
    })),
    auth_sessions: userIds.map((id) => ({
      ...{
        id: `session-${id}`,
        user_id: id,
        token: sessionToken(id),
        expires_at: new Date(now + SESSION_MS).toISOString(),
      },
      ...{ created_at: instant, updated_at: instant },
    })),
    api_tokens: userIds.map((id) => {
      const { tokenHash } = apiToken(id);
      return { id: `token-${id}`, user_id: id, label: "Bench", token_hash: tokenHash, created_at: now };
    }),
    notes: notes.map((note) => toNote(note, now)),
    attachments: attachments.map((attachment) => toAttachment(attachment, now)),
    usage: usageOf(attachments),
    note_shares: shares.map(({ noteId, userId }) => ({
      ...{ note_id: noteId, user_id: userId, role: "viewer", created_at: now, created_by: userId },
    })),
  });
}

/** Writes the data of an application that embeds Valet Key. Each note of the data set is an item of the application. */
export async function seedEmbedding(where: DataLocation, dataset: Dataset): Promise<void> {
  const now = Date.now();
  const ofItem = <T extends { ownerId: string }>(value: T, noteId: string): T => ({
    ...value,
    ownerId: `item:${noteId}`,
  });
  const attachments = dataset.attachments.map((attachment) => ofItem(attachment, attachment.noteId));
  await insertAll(where, {
    notes: dataset.notes.map((note) => ({
      ...toNote(ofItem(note, note.id), now),
      ...{ resource: "note", item_id: note.id },
    })),
    attachments: attachments.map((attachment) => toAttachment(attachment, now)),
    usage: usageOf(attachments),
  });
}

/** Fills the tables of the article's design, which contain the whole URL of each file. */
export async function seedArticle(where: DataLocation, { notes, attachments, shares }: Dataset): Promise<void> {
  const fileUrl = (key: string) => `https://${settings.bucket}.s3.${settings.region}.amazonaws.com/${key}`;
  await runSql(where, await readFile(articleSchema, "utf8"));
  await insertAll(where, {
    notes: notes.map(({ id, ownerId, title }) => ({ id, user_id: ownerId, title, content: "" })),
    attachments: attachments.map(({ id, noteId, filename, objectKey }) => ({
      ...{ id, note_id: noteId, file_name: filename, file_url: fileUrl(objectKey) },
    })),
    shares: shares.map(({ id, noteId, userId }) => ({ id, note_id: noteId, user_id: userId })),
  });
}

/**
 * Ends the uploads that started since an instant, as if they had expired. The load generator never completes the uploads of the workload
 * `start`, so otherwise each round would add tens of thousands of pending uploads. `since`: milliseconds since 1970.
 */
export async function endUploads(where: DataLocation, { since }: { since: number }): Promise<void> {
  const started = `state = 'pending' and created_at >= ${since}`;
  const end = `
    update attachments set state = 'expired' where id in (select attachment_id from uploads where ${started});
    update uploads set state = 'expired' where ${started};`;
  if (where.url === undefined) await runSql(where, `begin immediate; ${end} commit; pragma wal_checkpoint(passive)`);
  else {
    await runSql(where, end);
    await runSql(where, "vacuum attachments, uploads");
  }
}

/** Counts the URLs in the audit log of a server that has stopped. */
export async function readAuditedUrls({ directory, url }: DataLocation): Promise<AuditedUrls> {
  const count = (events: string, ids: string) =>
    `select count(*) as events, coalesce(sum(json_array_length(${ids})), 0) as urls from ${events} where action = 'url.issued'`;
  if (url !== undefined) {
    const { rows } = await withPostgres(url, (client) => client.query(count("audit_events", "attachment_ids::json")));
    return toAudited(rows[0]);
  }
  return withSqlite(directory, (database) => {
    database.prepare("attach ? as journal").run(`${sqliteFileIn(directory)}-url-journal`);
    // The service first writes events to batches in the journal, and later to `audit_events`.
    const events = `(select id, action, attachment_ids from audit_events union
      select value ->> 0, value ->> 2, value ->> 6 from journal.url_event_batches, json_each(events))`;
    return toAudited(database.prepare(count(events, "attachment_ids")).get());
  });
}

function toAudited(row: Record<string, unknown> | undefined): AuditedUrls {
  return { events: Number(row?.events), urls: Number(row?.urls) };
}

function toNote({ id, ownerId, title }: BenchNote, now: number): Row {
  const folded = { title_folded: title.toLowerCase(), body_folded: "" };
  return { id, owner_id: ownerId, title, body: "", ...folded, created_at: now, updated_at: now };
}

const FILE_BYTES = 123_456;

function toAttachment({ id, noteId, ownerId, objectKey, filename }: BenchAttachment, now: number): Row {
  return {
    ...{ id, note_id: noteId, owner_id: ownerId, created_by: ownerId, object_key: objectKey, owns_object: 1 },
    ...{ filename, filename_folded: filename.toLowerCase(), content_type: "application/pdf", size_bytes: FILE_BYTES },
    ...{ state: "ready", created_at: now },
  };
}

function usageOf(attachments: readonly BenchAttachment[]): Row[] {
  const files = Map.groupBy(attachments, ({ ownerId }) => ownerId);
  return [...files].map(([owner_id, { length }]) => ({ owner_id, used_bytes: length * FILE_BYTES, files: length }));
}

/** Inserts rows into the tables of the service. Skips tables and columns that are missing in the database of another version. */
async function insertAll({ directory, url }: DataLocation, tables: Record<string, Row[]>): Promise<void> {
  if (url !== undefined) {
    await withPostgres(url, async (client) => {
      for (const [table, rows] of Object.entries(tables)) await insertPostgres(client, table, rows);
      await client.query("ANALYZE");
    });
    return;
  }
  withSqlite(directory, (database) => {
    database.exec("begin immediate");
    for (const [table, rows] of Object.entries(tables)) insertSqlite(database, table, rows);
    database.exec("commit");
  });
  if (existsSync(`${sqliteFileIn(directory)}-wal`)) throw new Error("The seeded SQLite file was not closed cleanly.");
}

async function insertPostgres(client: pg.Client, table: string, rows: Row[]): Promise<void> {
  const existing = await client.query(
    "select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1",
    [table],
  );
  const columns = sharedColumns(existing.rows, rows);
  const select = `select ${columns} from json_populate_recordset(null::${table}, $1::json)`;
  if (columns.length > 0) await client.query(`insert into ${table} (${columns}) ${select}`, [JSON.stringify(rows)]);
}

function insertSqlite(database: DatabaseSync, table: string, rows: Row[]): void {
  const columns = sharedColumns(database.prepare("select name from pragma_table_info(?)").all(table), rows);
  if (columns.length === 0) return;
  const insert = database.prepare(`insert into ${table} (${columns}) values (${columns.map(() => "?")})`);
  for (const row of rows) insert.run(...columns.map((column) => toSqlite(row[column] ?? null)));
}

function sharedColumns(existing: readonly Record<string, unknown>[], [first = {}]: Row[]): string[] {
  const names = new Set(existing.map(({ name }) => name));
  return Object.keys(first).filter((column) => names.has(column));
}

function toSqlite(value: Row[string]) {
  return typeof value === "boolean" ? Number(value) : value;
}

async function runSql({ directory, url }: DataLocation, sql: string): Promise<void> {
  if (url === undefined) withSqlite(directory, (database) => database.exec(sql));
  else await withPostgres(url, (client) => client.query(sql));
}

function withSqlite<T>(directory: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(sqliteFileIn(directory), { timeout: BUSY_TIMEOUT_MS });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

async function withPostgres<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
