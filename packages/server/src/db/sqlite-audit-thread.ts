import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DomainError } from "../domain/errors.ts";
import type { AuditValues } from "./audit.ts";

/** What the thread is asked to do: make events durable, file some of the journal, or end. */
export type AuditRequest = AuditValues[] | "file" | "close";

/** Why it could not. */
export type AuditFailure = { message: string; errcode: number | undefined };

/** The thread that writes URL events (sqlite-audit-worker.ts), started when it is first asked, and anew when it ended unasked. */
export class AuditThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #pending: PromiseWithResolvers<number> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** One request at a time. Resolves with the number that the worker answers; rejects with `database_unavailable`. */
  request(request: AuditRequest): Promise<number> {
    this.#pending = Promise.withResolvers<number>();
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(request);
    return this.#pending.promise;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    worker.postMessage("close" satisfies AuditRequest);
    await once(worker, "exit");
  }

  #start(): Worker {
    // The published package is compiled: there the worker is a .js file like this one.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`./sqlite-audit-worker.${extension}`, import.meta.url), {
      workerData: { file: this.#file },
    });
    worker.on("message", (answer: number | AuditFailure) => this.#settle(answer));
    worker.on("error", (error) => this.#settle({ message: error.message, errcode: undefined }));
    worker.on("exit", () => {
      this.#worker = undefined;
      this.#settle({ message: "The thread that writes the audit log ended.", errcode: undefined });
    });
    worker.unref();
    return worker;
  }

  #settle(answer: number | AuditFailure): void {
    const pending = this.#pending;
    this.#pending = undefined;
    // Idle, it must not keep the process alive.
    this.#worker?.unref();
    if (typeof answer === "number") pending?.resolve(answer);
    else pending?.reject(toError(answer));
  }
}

function toError({ message, errcode }: AuditFailure): DomainError {
  const cause = Object.assign(new Error(message), { errcode });
  return new DomainError("database_unavailable", "The audit log can't be written", { cause });
}
