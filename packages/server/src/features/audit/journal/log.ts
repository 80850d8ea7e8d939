// The journal of URL events on SQLite (ADR 4). Code outside of this folder imports only this file.

import { inTurn, Mutex } from "../../../platform/database/sqlite/mutex.ts";
import { SqliteThread, untilNotBusy, workerModule } from "../../../platform/database/sqlite/thread.ts";
import type { UrlAuditLog } from "../audit-port.ts";
import { toAuditValues } from "../audit-row.ts";
import { createUrlAuditLog } from "../url-audit-batches.ts";
import type { AuditRequest } from "./journal-worker.ts";

export { openJournalEvents } from "./file.ts";

// How long an event may wait for another process that writes. After that, the call fails. Milliseconds.
const PATIENCE_MS = 2_000;
// The service starts to move events to the database after a second without new events. The service also starts to move events when the
// journal has this many events, because each reader searches all events of the journal.
const QUIET_MS = 1_000;
const MAX_GATHERED = 20_000;

type Options = { file: string; writeLock: Mutex; afterWrite: () => void };

/**
 * Opens the log of URL events on SQLite. A worker thread commits the events to the journal's file, and later moves them to the database. A
 * move never runs at the same time as another write of this process to the database. `afterWrite` is called after each step of a move.
 */
export function openSqliteUrlAudit({ file, writeLock, afterWrite }: Options): UrlAuditLog {
  const module = workerModule("journal-worker", import.meta.url);
  const thread = new SqliteThread<AuditRequest, number>({ module, file, refusal: "The audit log can't be written" });
  const threadLock = new Mutex();
  const mover = new Mover(async () => {
    // Takes the write lock before it calls the thread. So the thread never waits for another write of this process, and new URL events wait
    // at most for one short step.
    const stepsLeft = await inTurn(writeLock, () => inTurn(threadLock, () => thread.request("move")));
    afterWrite();
    return stepsLeft;
  });
  const log = createUrlAuditLog(async (events) => {
    const deadline = performance.now() + PATIENCE_MS;
    const values = events.map(toAuditValues);
    mover.gathered(await inTurn(threadLock, () => untilNotBusy(deadline, () => thread.request(values))));
  });
  // An earlier process may have left events in the journal, so the moves start even without new events.
  mover.startWhenQuiet();
  return {
    record: log.record,
    async probe() {
      await inTurn(threadLock, () => untilNotBusy(performance.now() + PATIENCE_MS, () => thread.request("probe")));
    },
    async close() {
      await log.close();
      await mover.stop();
      await thread.close();
    },
  };
}

/** Moves the events of the journal in small steps, so that other writes run in between. */
class Mover {
  /** Runs one step of a move, and returns how many steps are left. */
  readonly #moveSome: () => Promise<number>;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(moveSome: () => Promise<number>) {
    this.#moveSome = moveSome;
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
      while (!this.#stopped && (await this.#moveSome()) > 0);
    } catch {
      // The move failed. The events stay durable and readable in the journal, so a later move can try again.
      this.startWhenQuiet();
    }
  }
}
