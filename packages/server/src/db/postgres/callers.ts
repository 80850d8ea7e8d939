import type { Kysely } from "kysely";
import { DomainError } from "../../domain/errors.ts";
import type { Clock } from "../../usecases/ports/index.ts";
import { type Batching, createBatching } from "../batching.ts";
import { postgresEngine as engine } from "../engine.ts";
import {
  type CallerStatement,
  callerQueries,
  callerValues,
  compileCallers,
  type KnownCallers,
} from "../queries/callers.ts";
import type { RunStatement } from "../queries/compile-statement.ts";
import type { Tables } from "../schema.ts";
import { isImpossible, runOn } from "./run-on.ts";
import type { RunNamed } from "./statements.ts";

const MAX_BATCH_TEXTS = 200;
const MAX_RUNNING = 2;

type Rows = Map<string, readonly unknown[]>;

/**
 * Returns the queries that identify a caller on PostgreSQL. Requests that arrive in the same turn of the event loop, or while other
 * statements run, share one statement, as access decisions do (access.ts). The statement starts after all its requests, so each request
 * sees everything that was committed before it.
 */
export function postgresCallerQueries(
  runNamed: RunNamed,
  { db, clock }: { db: Kysely<Tables>; clock: Clock },
): KnownCallers {
  const statements = compileCallers(db, { matches: engine.isIn, rows: "many" });
  const run = runOn(runNamed);
  const batchings = new Map(
    Object.values(statements).map((statement) => [statement, batchingOf(statement, { run, clock })]),
  );
  return callerQueries(statements, async (statement, text) => {
    // One text with the NUL character would make PostgreSQL refuse the whole batch.
    if (isImpossible(text)) return undefined;
    return (await batchings.get(statement)?.add(text))?.get(text);
  });
}

function batchingOf(
  statement: CallerStatement,
  { run, clock }: { run: RunStatement; clock: Clock },
): Batching<string, Rows> {
  return createBatching({
    async run(texts) {
      const rows = await run(statement, callerValues(statement, texts, clock()));
      return new Map(rows.map((row) => [row[0] as string, row]));
    },
    maxBatchItems: MAX_BATCH_TEXTS,
    maxRunning: MAX_RUNNING,
    closedError: () => new DomainError("database_unavailable", "The database is closed"),
  });
}
