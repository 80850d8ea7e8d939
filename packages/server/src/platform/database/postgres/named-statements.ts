import { randomUUID } from "node:crypto";
import type pg from "pg";

/**
 * Returns whether a named statement will work in every later transaction of this connection. Call the function in a transaction. A pooler
 * in transaction mode can give each transaction another server connection. On another server connection, the name can be unknown, or can
 * belong to another statement. A pooler sends its clients its own process id, so a process id that differs from the id of PostgreSQL shows
 * that there is a pooler. Some poolers rename named statements on the server, as PgBouncer does with max_prepared_statements. With such a
 * pooler, names work.
 */
export async function hasNamedStatements(client: pg.PoolClient): Promise<boolean> {
  const { rows: pids } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  // The types of pg do not declare this property.
  const { processID } = client as unknown as { processID: number | null };
  if (pids[0]?.pid === processID) return true;
  const name = `vk_probe_${randomUUID()}`;
  const text = `select '${name}'`;
  await client.query({ name, text });
  const ofText = "select name from pg_prepared_statements where statement = $1";
  const { rows: found } = await client.query<{ name: string }>(ofText, [text]);
  if (found.length > 0 && found.every((statement) => statement.name !== name)) return true;
  // The pooler keeps its connection to the server open, so the named statement would remain there.
  await client.query(`deallocate "${name}"`);
  return false;
}
