import type { Kysely } from "kysely";
import type { Clock } from "../../platform/clock.ts";
import { createBatching } from "../../platform/database/batching.ts";
import type { RunStatement } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { isImpossible, type RunNamed, runOn } from "../../platform/database/postgres/statements.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { DomainError } from "../../platform/errors.ts";
import {
  type AccessQueries,
  type AccessStatement,
  type AccessStatements,
  accessOn,
  accessValues,
  compileDownloadOfMany,
  compileDownloadsAsOne,
  type DownloadAccess,
  toDownloadAccess,
  toDownloads,
} from "./queries.ts";

const MAX_BATCH_QUESTIONS = 200;
// PostgreSQL runs a second batch while the service reads the results of the first one. A third batch would only make each batch smaller.
const MAX_RUNNING = 2;

type Question = { userId: string; attachmentId: string };
type Answers = Map<Question, DownloadAccess>;

/**
 * Returns the access queries for PostgreSQL. Several single downloads share one statement if their requests arrive in one turn of the event
 * loop, or while other statements run. With 64 callers, a shared statement needs a tenth of the time and CPU time of separate statements. A
 * shared statement starts after all its requests have arrived, so each decision sees everything that was committed before its request.
 */
export function postgresAccessQueries(
  runNamed: RunNamed,
  { db, engine, statements, clock }: { db: Kysely<Tables>; engine: Engine; statements: AccessStatements; clock: Clock },
): AccessQueries {
  const run = runOn(runNamed);
  const ofMany = compileDownloadOfMany(db, engine);
  const asOne = compileDownloadsAsOne(db, engine);
  const questions = createBatching<Question, Answers>({
    run: (asked) => answer(asked, { run, ofMany, now: clock() }),
    maxBatchItems: MAX_BATCH_QUESTIONS,
    maxRunning: MAX_RUNNING,
    closedError: () => new DomainError("database_unavailable", "The database is closed"),
  });
  return {
    ...accessOn(statements, { run, engine, clock }),
    async download(userId, attachmentId) {
      // If an id contains the NUL character, PostgreSQL refuses the whole batch.
      if (isImpossible(userId) || isImpossible(attachmentId)) return undefined;
      const question = { userId, attachmentId };
      return (await questions.add(question)).get(question);
    },
    async downloads(userId, attachmentIds) {
      const [answered] = await run(asOne, accessValues(asOne, { userId, now: clock(), what: attachmentIds }));
      return toDownloads((answered?.[0] ?? []) as unknown[][]);
    },
  };
}

async function answer(
  asked: Question[],
  { run, ofMany, now }: { run: RunStatement; ofMany: AccessStatement; now: number },
): Promise<Answers> {
  const userId = asked.map((question) => question.userId);
  const what = asked.map((question) => question.attachmentId);
  const rows = await run(ofMany, accessValues(ofMany, { userId, now, what }));
  const answers: Answers = new Map();
  for (const values of rows) {
    // The last value of a row is the number of its question in the batch, which starts at 1.
    answers.set(asked[Number(values.at(-1)) - 1] as Question, toDownloadAccess(values));
  }
  return answers;
}
