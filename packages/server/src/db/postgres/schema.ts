import type pg from "pg";
import { DomainError } from "../../domain/errors.ts";

/** Adds a schema to the URL of a database, so that each connection finds its tables only there. */
export function withSchema(url: string, schema: string): string {
  const parsed = new URL(url);
  const options = [parsed.searchParams.get("options"), `-c search_path=${schema}`];
  parsed.searchParams.set("options", options.filter((option) => option !== null).join(" "));
  return parsed.href;
}

/**
 * A pooler can drop the options of a connection, and the tables would then be created in the schema of the application.
 * Throws `database_unavailable`.
 */
export async function requireSchema(client: pg.PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query<{ search_path: string }>("show search_path");
  if (rows[0]?.search_path === schema) return;
  throw new DomainError(
    "database_unavailable",
    `The connection does not use the schema ${schema}. A pooler such as PgBouncer drops the options of connections: connect to PostgreSQL itself.`,
  );
}
