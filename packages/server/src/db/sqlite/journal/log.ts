import type { UrlAuditLog } from "../../../usecases/ports/index.ts";
import { toAuditValues } from "../../queries/audit.ts";
import { createUrlAuditLog } from "../../url-audit.ts";
import { isBusy } from "../errors.ts";
import { Mutex } from "../mutex.ts";
import { SqliteThread, workerModule } from "../thread.ts";
import type { AuditRequest } from "./worker.ts";

// How long events may wait for another process that writes.
const PATIENCE_MS = 2_000;
// The journal is filed when the log has been quiet for a while, or when this many events wait: readers search them all.
const QUIET_MS = 1_000;
const MAX_GATHERED = 20_000;

/**
 * The log of URL events on SQLite: a thread of its own commits them to a file of their own, and files them in the database in turns with
 * this process's other writes.
 */
export function openSqliteUrlAudit({ file, writeLock }: { file: string; writeLock: Mutex }): UrlAuditLog {
  const refusal = "The audit log can't be written";
  const thread = new SqliteThread<AuditRequest, number>({
    module: workerModule("worker", import.meta.url),
    file,
    refusal,
  });
  const threadLock = new Mutex();
  // The database's turn comes first: a URL never waits for the thread while that waits for a write of others.
  const filing = new Filing(() => inTurn(writeLock, () => inTurn(threadLock, () => thread.request("file"))));
  const log = createUrlAuditLog(async (events) => {
    const deadline = performance.now() + PATIENCE_MS;
    const values = events.map(toAuditValues);
    filing.gathered(await inTurn(threadLock, () => untilNotBusy(deadline, () => thread.request(values))));
  });
  // What a process before this one has left.
  filing.startWhenQuiet();
  return {
    record: log.record,
    async close() {
      await log.close();
      await filing.stop();
      await thread.close();
    },
  };
}

async function inTurn<T>(lock: Mutex, work: () => Promise<T>): Promise<T> {
  const unlock = await lock.acquire();
  return await work().finally(unlock);
}

async function untilNotBusy(deadline: number, request: () => Promise<number>): Promise<number> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!isBusy((error as Error).cause) || performance.now() > deadline) throw error;
    }
  }
}

/** Files the journal a little at a time, so that others get their turns in between. */
class Filing {
  /** Answers how many steps are left. */
  readonly #fileSome: () => Promise<number>;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(fileSome: () => Promise<number>) {
    this.#fileSome = fileSome;
    this.#timer = setTimeout(() => this.#start(), QUIET_MS).unref();
  }

  gathered(count: number): void {
    if (count >= MAX_GATHERED) this.#start();
    else this.startWhenQuiet();
  }

  startWhenQuiet(): void {
    if (!this.#stopped) this.#timer.refresh();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stopped && (await this.#fileSome()) > 0);
    } catch {
      // The events are durable where they are, and found there; it is tried again when more come or the log is quiet.
      this.startWhenQuiet();
    }
  }
}
