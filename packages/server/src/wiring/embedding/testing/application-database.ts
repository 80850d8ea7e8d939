import pg from "pg";
import { onTestFinished } from "vitest";
import type { Place } from "./embedding.ts";

/** The tables of the application have names of tables of Valet Key, so that a statement without a schema would find the wrong table. */
const TABLES = `
  create table invoices (id integer primary key, file_id text);
  create table attachments (id text); create table items (id text); create table notes (id text);
  create table usage (id text); create table audit_events (id text); create table file_events (id text);
  create table object_deletions (id text); create table trash (id text); create table search_docs (doc_id text)`;

/** Creates the tables of the application in the database of an embedding on PostgreSQL. Returns connections to the database. */
export async function createApplicationDatabase({ database }: Pick<Place, "database">) {
  const pool = new pg.Pool({ connectionString: database });
  // The server ends the connections when it drops the database of the test.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  onTestFinished(() => pool.end());
  await pool.query(TABLES);
  return {
    pool,
    /** Begins a transaction that adds an invoice. The transaction ends at the end of the test. */
    async begin(invoiceId = 42) {
      const client = new pg.Client({ connectionString: database });
      client.on("error", () => undefined);
      onTestFinished(() => client.end().catch(() => undefined));
      await client.connect();
      await client.query("begin");
      await client.query("insert into invoices (id) values ($1)", [invoiceId]);
      return client;
    },
    /** Ends a connection on the server, as a crash of the application does. */
    async crash(client: pg.Client) {
      const { rows } = await client.query("select pg_backend_pid() as pid");
      const ended = new Promise<void>((resolve) => client.once("end", resolve));
      await pool.query("select pg_terminate_backend($1)", [rows[0].pid]);
      await ended;
    },
    invoices: async () => (await pool.query("select id from invoices")).rows.map(({ id }) => id),
  };
}
