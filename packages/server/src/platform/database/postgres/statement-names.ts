import { createHash, randomUUID } from "node:crypto";

/** The names of statements. PostgreSQL parses a named statement only once for each connection, and can keep its plan. */
export type StatementNames = {
  /** Returns the name of a statement, or undefined if the statement needs none. */
  nameOf(sql: string): string | undefined;
  /** Gives the statement another name, because PostgreSQL can't run it under this name any more. */
  renew(sql: string, lost: string | undefined): void;
};

/** For a connection that must not use names. */
export const noNames: StatementNames = { nameOf: () => undefined, renew: () => undefined };

/**
 * The most statements that get a name. The service has a few hundred different statements. The limit bounds the memory of each connection
 * in PostgreSQL.
 */
const MAX_NAMES = 500;

/**
 * How often statements may get another name. A pooler that always loses names makes PostgreSQL keep more and more statements. So after this
 * number, no statement has a name.
 */
const MAX_RENEWALS = 100;

const CAN_HAVE_PLAN = /^(?:select|insert|update|delete|with) /;
/** An insert of several rows. Its text depends on the number of rows, so there are too many such texts. */
const SEVERAL_ROWS = /^insert .*\), \(\$/;
/**
 * Selects all columns of a table. Another replica can add a column to this table while it migrates the database. After that, PostgreSQL
 * refuses such a statement under its old name.
 */
const ALL_COLUMNS = /(?:^|[\s,.])\*(?=\s*(?:,|from (?!\()|$))/;

/** Creates names that are hashes of the statements. */
export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  let renewed = 0;
  return {
    nameOf(sql) {
      if (renewed >= MAX_RENEWALS) return undefined;
      const known = names.get(sql);
      if (known !== undefined || names.size >= MAX_NAMES) return known;
      if (!CAN_HAVE_PLAN.test(sql) || SEVERAL_ROWS.test(sql) || ALL_COLUMNS.test(sql)) return undefined;
      const name = hashOf(sql);
      names.set(sql, name);
      return name;
    },

    renew(sql, lost) {
      // Several connections can lose the same name. Only the first of them makes a new one.
      if (lost === undefined || names.get(sql) !== lost) return;
      renewed += 1;
      names.set(sql, hashOf(randomUUID()));
    },
  };
}

function hashOf(text: string): string {
  return `vk_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}
