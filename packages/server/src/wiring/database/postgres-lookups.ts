import { type Kysely, type SqlBool, sql } from "kysely";
import {
  compileLookups,
  type LookupStatement,
  type Lookups,
  lookupsOn,
  lookupValues,
  type Matches,
} from "../../features/people/lookups.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Batching, createBatching } from "../../platform/database/batching.ts";
import type { RunStatement } from "../../platform/database/compile-statement.ts";
import { postgresEngine as engine } from "../../platform/database/engine.ts";
import type { RunNamed } from "../../platform/database/postgres/statements.ts";
import { runOn } from "../../platform/database/postgres/statements.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { DomainError } from "../../platform/errors.ts";
import { isStorableText } from "../../platform/text/readable-text.ts";

const MAX_BATCH_KEYS = 200;
const MAX_RUNNING = 2;

type Key = readonly string[];
type Rows = Map<string, readonly unknown[]>;

/**
 * Returns the lookups on PostgreSQL. Lookups that arrive in the same turn of the event loop, or while other statements run, share one
 * statement, as access decisions do (access.ts). The statement starts after all its requests, so each lookup sees everything that was
 * committed before it.
 */
export function postgresLookups(runNamed: RunNamed, { db, clock }: { db: Kysely<Tables>; clock: Clock }): Lookups {
  const statements = compileLookups(db, { matches: areAmong, rows: "many" });
  const run = runOn(runNamed);
  const batchings = new Map(
    Object.values(statements).map((statement) => [statement, batchingOf(statement, { run, clock })]),
  );
  return lookupsOn(statements, async (statement, key) => {
    // One key that PostgreSQL can't read as texts would fail the whole batch. An embedding passes on the ids that its application gives.
    if (!key.every(isStorableText)) return undefined;
    return (await batchings.get(statement)?.add(key))?.get(nameOf(key));
  });
}

/**
 * Builds the condition that each column has a text of its list. If a key has two texts, the statement can also return the rows of other
 * keys, which the caller ignores. A condition on pairs of texts would let PostgreSQL choose a plan that reads the whole table.
 */
const areAmong: Matches = (columns, keys) => {
  const conditions = columns.map((column, nth) => engine.isIn(column, keys[nth]));
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
};

function batchingOf(
  statement: LookupStatement,
  { run, clock }: { run: RunStatement; clock: Clock },
): Batching<Key, Rows> {
  return createBatching({
    async run(keys: Key[]) {
      // Each text occurs once in its list, because PostgreSQL expects to read every combination of the lists. For long lists, it would read
      // the whole table.
      const lists = (keys[0] ?? []).map((_, nth) => [...new Set(keys.map((key) => key[nth]))]);
      const rows = await run(statement, lookupValues(statement, lists, clock()));
      return new Map(rows.map((row) => [nameOf(row.slice(0, lists.length)), row]));
    },
    maxBatchItems: MAX_BATCH_KEYS,
    maxRunning: MAX_RUNNING,
    closedError: () => new DomainError("database_unavailable", "The database is closed"),
  });
}

/** Returns one text for a key. PostgreSQL can't store the NUL character, so different keys have different texts. */
function nameOf(key: readonly unknown[]): string {
  return key.join("\0");
}
