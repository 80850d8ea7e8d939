import { randomUUID } from "node:crypto";
import type pg from "pg";
import { DomainError } from "../../errors.ts";
import { mapUrls } from "./hosts.ts";

/**
 * Returns whether a named statement works in every later transaction of a connection. The caller must call this function in a transaction.
 *
 * A pooler in transaction mode can give each transaction another server connection, where the name is unknown or belongs to another
 * statement. A pooler sends its clients its own process id, so a process id that differs from the id of PostgreSQL shows that there is a
 * pooler. Names work with poolers that rename named statements on the server, such as PgBouncer with max_prepared_statements.
 */
export async function hasNamedStatements(client: pg.PoolClient): Promise<boolean> {
  const { rows: pids } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  // The types of the package pg do not declare the property processID.
  const { processID } = client as unknown as { processID: number | null };
  if (pids[0]?.pid === processID) return true;
  const name = `vk_probe_${randomUUID()}`;
  const text = `select '${name}'`;
  await client.query({ name, text });
  const ofText = "select name from pg_prepared_statements where statement = $1";
  const { rows: found } = await client.query<{ name: string }>(ofText, [text]);
  if (found.length > 0 && found.every((statement) => statement.name !== name)) return true;
  // The pooler keeps its connection to the server open, so the named statement would remain on the server.
  await client.query(`deallocate "${name}"`);
  return false;
}

/** The end of the error message for a pooler that cannot set the schema of a connection. */
export const NO_SCHEMAS =
  "a pooler such as PgBouncer, which sets no schema for a connection. Connect to PostgreSQL itself, or use the schema of the connection.";

/** Adds a schema to the URL of a database, so that each connection finds its tables only in this schema. */
export function withSchema(url: string, schema: string): string {
  return mapUrls(url, (one) => {
    const parsed = new URL(one);
    const options = [parsed.searchParams.get("options"), `-c search_path=${schema}`];
    parsed.searchParams.set("options", options.filter((option) => option !== null).join(" "));
    return parsed.href;
  });
}

/**
 * Checks that the connection uses the schema, because a pooler can drop the options of a connection. Without this check, the migrations
 * would create the tables in the schema of the embedding application. Throws `database_unavailable` if the connection uses another schema.
 */
export async function requireSchema(client: pg.PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query<{ search_path: string }>("show search_path");
  if (rows[0]?.search_path === schema) return;
  throw new DomainError(
    "database_unavailable",
    `The connection does not use the schema ${schema}. The server is ${NO_SCHEMAS}`,
  );
}
