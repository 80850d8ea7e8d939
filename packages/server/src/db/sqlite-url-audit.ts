import { Worker } from "node:worker_threads";
import type { AuditEvent } from "../domain/audit-event.ts";
import { DomainError } from "../domain/errors.ts";
import type { UrlAuditLog } from "../usecases/ports.ts";
import { auditColumns, toAuditRow } from "./audit.ts";
import type { Mutex } from "./mutex.ts";
import { createUrlAuditLog } from "./url-audit.ts";

/** The log of URL events on SQLite: a thread of its own commits them, in turns with this process's other writes. */
export function openSqliteUrlAudit({ file, writeLock }: { file: string; writeLock: Mutex }): UrlAuditLog {
  const writer = new WriterThread(file);
  const log = createUrlAuditLog(async (events) => {
    const unlock = await writeLock.acquire();
    await writer.write(events).finally(unlock);
  });
  return {
    record: log.record,
    async close() {
      await log.close();
      await writer.stop();
    },
  };
}

class WriterThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #pending: PromiseWithResolvers<void> | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#worker = this.#start();
  }

  /** One write at a time. */
  write(events: AuditEvent[]): Promise<void> {
    this.#pending = Promise.withResolvers<void>();
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(events.map(toValues));
    return this.#pending.promise;
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    // The published package is compiled: there the worker is a .js file like this one.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`./sqlite-audit-worker.${extension}`, import.meta.url), {
      workerData: { file: this.#file },
    });
    worker.on("message", (error: unknown) => this.#settle(error));
    worker.on("error", (error) => this.#settle(error));
    worker.on("exit", () => {
      // The next write starts another thread.
      this.#worker = undefined;
      this.#settle(new Error("The thread that writes the audit log ended."));
    });
    worker.unref();
    return worker;
  }

  #settle(error: unknown): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker?.unref();
    if (error === undefined) pending?.resolve();
    else pending?.reject(unavailable(error));
  }
}

function toValues(event: AuditEvent): (string | number)[] {
  const row = toAuditRow(event);
  return auditColumns.map((column) => row[column]);
}

function unavailable(cause: unknown): DomainError {
  return new DomainError("database_unavailable", "The audit log can't be written", { cause });
}
