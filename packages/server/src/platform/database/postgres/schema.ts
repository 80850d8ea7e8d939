import type pg from "pg";
import { DomainError } from "../../errors.ts";

/** The end of the error message for a pooler that can't set the schema of a connection. */
export const NO_SCHEMAS =
  "a pooler such as PgBouncer, which sets no schema for a connection. Connect to PostgreSQL itself, or use the schema of the connection.";

/** Adds a schema to the URL of a database, so that each connection finds its tables only there. */
export function withSchema(url: string, schema: string): string {
  const parsed = new URL(url);
  const options = [parsed.searchParams.get("options"), `-c search_path=${schema}`];
  parsed.searchParams.set("options", options.filter((option) => option !== null).join(" "));
  return parsed.href;
}

/**
 * Checks that the connection uses the schema. A pooler can drop the options of a connection. Without this check, the migrations would then
 * create the tables in the schema of the embedding application.
 * Throws `database_unavailable` if the connection uses another schema.
 */
export async function requireSchema(client: pg.PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query<{ search_path: string }>("show search_path");
  if (rows[0]?.search_path === schema) return;
  throw new DomainError(
    "database_unavailable",
    `The connection does not use the schema ${schema}. The server is ${NO_SCHEMAS}`,
  );
}
