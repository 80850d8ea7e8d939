import { DomainError } from "../../domain/errors.ts";
import type { StartedRecord, UploadQueries, UploadStart } from "../../usecases/ports/index.ts";
import { createBatching } from "../batching.ts";
import { inOrder } from "../queries/compile-statement.ts";
import { uploadStarts, valuesOf } from "../queries/start-upload.ts";
import type { StartStatements, StartValues } from "../queries/start-upload-statements.ts";
import type { RunTransaction } from "./dialect.ts";
import { toSqliteDomainError } from "./errors.ts";
import { inTurn, type Mutex } from "./mutex.ts";
import type { StartReply } from "./starts-worker.ts";
import { fromFailure, SqliteThread, workerModule } from "./thread.ts";

/** This number of starts in one turn of the event loop is a burst. For fewer starts, a message to the thread costs more than it saves. */
export const BURST = 8;
// Other writes wait while the thread runs a batch. A batch of this size takes about 4 ms.
const MAX_BATCH = 32;

type Options = {
  file: string;
  writeLock: Mutex;
  statements: StartStatements;
  /** Runs a transaction on the main thread. */
  run: RunTransaction;
  /** Called after each commit of the thread. */
  afterWrite: () => void;
};

type Outcome = PromiseSettledResult<StartedRecord | undefined>;

/**
 * Starts uploads. A burst of starts runs on a worker thread, which also waits for the disk. Meanwhile, the main thread handles other
 * requests. Fewer starts run on the main thread (ADR 35).
 */
export function openStarts({ file, writeLock, statements, run, afterWrite }: Options): {
  start: UploadQueries["start"];
  close(): Promise<void>;
} {
  const thread = new SqliteThread<StartValues[], StartReply[]>({
    module: workerModule("starts-worker", import.meta.url),
    file,
    refusal: "The database can't be reached",
    data: { statements },
  });
  const batches = createBatching<UploadStart, Map<UploadStart, Outcome>>({
    async run(starts) {
      const outcomes = await (starts.length < BURST ? startHere(starts) : startOnThread(starts));
      return new Map(starts.map((start, nth) => [start, outcomes[nth] as Outcome]));
    },
    maxBatchItems: MAX_BATCH,
    maxRunning: 1,
    closedError: () => new DomainError("database_unavailable", "The database is closed"),
  });

  function startHere(starts: UploadStart[]): Promise<Outcome[]> {
    return Promise.allSettled(
      starts.map((start) => run((runStatement) => uploadStarts(statements, inOrder(runStatement))(start))),
    );
  }

  async function startOnThread(starts: UploadStart[]): Promise<Outcome[]> {
    const values = starts.map(valuesOf);
    const replies = await inTurn(writeLock, () => thread.request(values));
    afterWrite();
    return replies.map((reply) =>
      "failure" in reply
        ? { status: "rejected", reason: toSqliteDomainError(fromFailure(reply.failure)) }
        : { status: "fulfilled", value: reply.record },
    );
  }

  return {
    async start(start) {
      const outcome = (await batches.add(start)).get(start);
      if (outcome?.status === "rejected") throw outcome.reason;
      return outcome?.value;
    },
    async close() {
      await batches.close();
      await thread.close();
    },
  };
}
