import { createBatching } from "../../../platform/database/batching.ts";
import { inOrder } from "../../../platform/database/run-calls.ts";
import { hasCheckpointThread } from "../../../platform/database/sqlite/checkpoints.ts";
import type { RunTransaction } from "../../../platform/database/sqlite/dialect.ts";
import { toSqliteDomainError } from "../../../platform/database/sqlite/file.ts";
import { fromFailure, SqliteThread, untilNotBusy } from "../../../platform/database/sqlite/thread.ts";
import { inTurn, type Mutex } from "../../../platform/database/sqlite/write-group.ts";
import { DomainError } from "../../../platform/errors.ts";
import { workerModule } from "../../../platform/modules.ts";
import {
  type StartedRecord,
  type StartStatements,
  type StartValues,
  type UploadStart,
  valuesOf,
} from "../queries/start-statements.ts";
import { uploadStarts } from "../queries/uploads.ts";
import type { StartReply } from "./starts-worker.ts";

/** If at least so many starts wait, the worker thread runs the starts. For fewer starts, a message to the thread costs too much time. */
export const BURST = 8;
// Other writes wait while the worker thread runs a batch. A batch of 32 starts takes about 4 ms.
const MAX_BATCH = 32;
/** The time that a start waits for another process that writes, in milliseconds. */
const PATIENCE_MS = 2_000;

type Options = {
  file: string;
  writeLock: Mutex;
  statements: StartStatements;
  /** Runs a transaction on the main thread. */
  run: RunTransaction;
  /** Called after each commit of the worker thread. */
  afterWrite: () => void;
};

type Waiting = { start: UploadStart; deadline: number };
type Outcome = PromiseSettledResult<StartedRecord | undefined>;

/**
 * Starts uploads on SQLite. A burst of starts runs on a worker thread, which also waits for the disk. Meanwhile, the main thread handles
 * other requests. Without a burst, starts run on the main thread (ADR 12).
 */
export function openStarts({ file, writeLock, statements, run, afterWrite }: Options): {
  start: (start: UploadStart) => Promise<StartedRecord | undefined>;
  close(): Promise<void>;
} {
  const thread = new SqliteThread<StartValues[], StartReply[]>({
    module: workerModule("starts-worker", import.meta.url),
    file,
    refusal: "The database can't be reached",
    data: { statements },
  });
  // Without the checkpoint thread, all starts run on the main thread, because only its commits then copy the log into the database.
  const burst = hasCheckpointThread() ? BURST : Number.POSITIVE_INFINITY;
  const batches = createBatching<Waiting, Map<Waiting, Outcome>>({
    async run(waiting) {
      const outcomes = await (waiting.length < burst ? startHere(waiting) : startOnThread(waiting));
      return new Map(waiting.map((each, nth) => [each, outcomes[nth] as Outcome]));
    },
    maxBatchItems: MAX_BATCH,
    maxRunning: 1,
    closedError: () => new DomainError("database_unavailable", "The database is closed"),
  });

  function startHere(waiting: Waiting[]): Promise<Outcome[]> {
    return Promise.allSettled(
      waiting.map(({ start }) => run((runStatement) => uploadStarts(statements, inOrder(runStatement))(start))),
    );
  }

  async function startOnThread(waiting: Waiting[]): Promise<Outcome[]> {
    const values = waiting.map(({ start }) => valuesOf(start));
    const deadline = waiting[0]?.deadline ?? 0;
    const replies = await inTurn(writeLock, () => untilNotBusy(deadline, () => thread.request(values)));
    afterWrite();
    return replies.map((reply) =>
      "failure" in reply
        ? { status: "rejected", reason: toSqliteDomainError(fromFailure(reply.failure)) }
        : { status: "fulfilled", value: reply.record },
    );
  }

  return {
    async start(start) {
      const waiting = { start, deadline: performance.now() + PATIENCE_MS };
      const outcome = (await batches.add(waiting)).get(waiting);
      if (outcome?.status === "rejected") throw outcome.reason;
      return outcome?.value;
    },
    async close() {
      await batches.close();
      await thread.close();
    },
  };
}
