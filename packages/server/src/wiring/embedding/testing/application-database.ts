import pg from "pg";
import { onTestFinished } from "vitest";
import type { Place } from "./embedding.ts";

/** Some tables of the application have the names of tables of Valet Key. So a statement without a schema would use the wrong table. */
const TABLES = `
  create table invoices (id integer primary key, file_id text);
  create table attachments (id text); create table notes (id text);
  create table usage (id text); create table audit_events (id text); create table file_events (id text);
  create table object_deletions (id text); create table search_docs (doc_id text)`;

/** Creates the tables of the application in the PostgreSQL database of an embedding. Returns a connection pool to this database. */
export async function createApplicationDatabase({ database }: Pick<Place, "database">) {
  const pool = new pg.Pool({ connectionString: database });
  // When the server drops the database of the test, it closes the connections, so errors of the connections are expected.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  onTestFinished(() => pool.end());
  await pool.query(TABLES);
  return {
    pool,
    /** Begins a transaction that adds an invoice. The connection closes at the end of the test. */
    async begin(invoiceId = 42) {
      const client = new pg.Client({ connectionString: database });
      client.on("error", () => undefined);
      onTestFinished(() => client.end().catch(() => undefined));
      await client.connect();
      await client.query("begin");
      await client.query("insert into invoices (id) values ($1)", [invoiceId]);
      return client;
    },
    /** Closes a connection on the server, as after a crash of the application. */
    async crash(client: pg.Client) {
      const { rows } = await client.query("select pg_backend_pid() as pid");
      const ended = new Promise<void>((resolve) => client.once("end", resolve));
      await pool.query("select pg_terminate_backend($1)", [rows[0].pid]);
      await ended;
    },
    invoices: async () => (await pool.query("select id from invoices")).rows.map(({ id }) => id),
  };
}
