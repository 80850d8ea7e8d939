import { parentPort, Worker } from "node:worker_threads";
import type { DomainError } from "../../errors.ts";
import { fileFault, isBusy } from "./file.ts";

type Options = {
  module: URL;
  /** The database file, which the module opens. */
  file: string;
  refusal: string;
  /** More members of `workerData`, in addition to `file`. Default: none. */
  data?: object;
};

/** An error of SQLite in a message to another thread. An Error object would lose its code on the way. */
export type Failure = { message: string; errcode: number | undefined };
type Reply<Answer> = { answer: Answer } | { failure: Failure };
const CLOSE = "close";

/** A worker thread with its own connections. The thread starts at the first request, and again after a crash. */
export class SqliteThread<Request, Answer> {
  readonly #options: Options;
  readonly #pending: PromiseWithResolvers<Answer>[] = [];
  #worker: Worker | undefined;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The number of requests without a result. */
  get waiting(): number {
    return this.#pending.length;
  }

  /** Sends a request to the worker thread, which runs requests in order. Rejects with `storage_full` or `database_unavailable`. */
  request(request: Request): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(this.#toError({ message: "It was closed.", errcode: undefined }));
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage(request);
    } catch (error) {
      // The worker thread cannot start because the system lacks threads or memory, or the request cannot be sent to another thread.
      return Promise.reject(this.#toError({ message: (error as Error).message, errcode: undefined }));
    }
    this.#worker.ref();
    const pending = Promise.withResolvers<Answer>();
    this.#pending.push(pending);
    return pending.promise;
  }

  /** Resolves when all requests have finished and the thread has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    worker.postMessage(CLOSE);
    // `once` of node:events would reject after a failure of the ending thread.
    await new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  }

  #start(): Worker {
    const { module, file, data } = this.#options;
    const worker = new Worker(module, { workerData: { file, ...data } });
    worker.on("message", (reply: Reply<Answer>) => this.#settle(reply));
    let message = "The worker thread ended.";
    worker.on("error", (error) => {
      message = error.message;
    });
    // The event `exit` follows each error. The requests settle only after `exit`, because a new request needs a new thread.
    worker.on("exit", () => {
      this.#worker = undefined;
      while (this.#pending.length > 0) this.#settle({ failure: { message, errcode: undefined } });
    });
    worker.unref();
    return worker;
  }

  #settle(reply: Reply<Answer>): void {
    const pending = this.#pending.shift();
    // An idle thread must not keep the process alive. A closing thread must keep it alive until the database is closed.
    if (this.#pending.length === 0 && !this.#isClosed) this.#worker?.unref();
    if ("answer" in reply) pending?.resolve(reply.answer);
    else pending?.reject(this.#toError(reply.failure));
  }

  #toError(failure: Failure): DomainError {
    return fileFault(fromFailure(failure), this.#options.refusal);
  }
}

/** Repeats a request until no other process writes, or until the deadline. Each request waits for the busy timeout. */
export async function untilNotBusy<Answer>(deadline: number, request: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!isBusy((error as Error).cause) || performance.now() > deadline) throw error;
    }
  }
}

export function toFailure(error: unknown): Failure {
  const { message, errcode } = error as { message: string; errcode?: number };
  return { message, errcode };
}

export function fromFailure({ message, errcode }: Failure): Error {
  return Object.assign(new Error(message), { errcode });
}

/** Handles requests in a worker thread one by one until `close`. `answer` may return a promise, but must not wait for an event. */
export function answerRequests<Request>(has: { answer: (request: Request) => unknown; close: () => void }): void {
  const port = parentPort;
  if (port === null) throw new Error("answerRequests runs in a worker thread only.");
  port.on("message", async (request: Request | typeof CLOSE) => {
    if (request === CLOSE) {
      has.close();
      port.close();
      return;
    }
    try {
      port.postMessage({ answer: await has.answer(request as Request) } satisfies Reply<unknown>);
    } catch (error) {
      port.postMessage({ failure: toFailure(error) } satisfies Reply<unknown>);
    }
  });
}
