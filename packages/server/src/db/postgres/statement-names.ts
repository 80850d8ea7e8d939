import { createHash } from "node:crypto";

/** Returns the name of a statement, or undefined if the statement needs none. */
export type NameOf = (sql: string) => string | undefined;

/**
 * The most statements that get a name. The service has a few hundred different statements. The limit bounds the memory of each connection
 * in PostgreSQL.
 */
const MAX_NAMES = 500;

const CAN_HAVE_PLAN = /^(?:select|insert|update|delete|with) /;
/**
 * Selects all columns of a table. Another replica can add a column to this table while it migrates the database. After that, PostgreSQL
 * refuses such a statement under its old name.
 */
const ALL_COLUMNS = /\* from "|"\.\*|returning \*/;

/**
 * Creates a function that names statements by a hash of their text. PostgreSQL parses a named statement only once for each connection, and
 * can keep its plan.
 */
export function createStatementNames(): NameOf {
  const names = new Map<string, string>();
  return (sql) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= MAX_NAMES) return known;
    if (!CAN_HAVE_PLAN.test(sql) || ALL_COLUMNS.test(sql)) return undefined;
    const name = `vk_${createHash("sha256").update(sql).digest("hex").slice(0, 32)}`;
    names.set(sql, name);
    return name;
  };
}
