import { once } from "node:events";
import { parentPort, Worker } from "node:worker_threads";
import { DomainError } from "../../domain/errors.ts";

type Options = {
  /** The module that the thread runs. */
  module: URL;
  /** The database's file, which the module opens for itself. */
  file: string;
  /** What is said when a request fails. */
  refusal: string;
};

type Failure = { message: string; errcode: number | undefined };
type Reply<Answer> = { answer: Answer } | { failure: Failure };
const CLOSE = "close";

/** A thread with connections of its own, started when it is first asked, and anew when it ended unasked. */
export class SqliteThread<Request, Answer> {
  readonly #options: Options;
  readonly #pending: PromiseWithResolvers<Answer>[] = [];
  #worker: Worker | undefined;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Answered in the order in which they came. Rejects with `database_unavailable`. */
  request(request: Request): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(this.#toError({ message: "It was closed.", errcode: undefined }));
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(request);
    const pending = Promise.withResolvers<Answer>();
    this.#pending.push(pending);
    return pending.promise;
  }

  /** Resolves when all that it was asked is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    worker.postMessage(CLOSE);
    await once(worker, "exit");
  }

  #start(): Worker {
    const { module, file } = this.#options;
    const worker = new Worker(module, { workerData: { file } });
    worker.on("message", (reply: Reply<Answer>) => this.#settle(reply));
    worker.on("error", (error) => this.#settle({ failure: { message: error.message, errcode: undefined } }));
    worker.on("exit", () => {
      this.#worker = undefined;
      while (this.#pending.length > 0) {
        this.#settle({ failure: { message: "The worker thread ended.", errcode: undefined } });
      }
    });
    worker.unref();
    return worker;
  }

  #settle(reply: Reply<Answer>): void {
    const pending = this.#pending.shift();
    // Idle, it must not keep the process alive.
    if (this.#pending.length === 0) this.#worker?.unref();
    if ("answer" in reply) pending?.resolve(reply.answer);
    else pending?.reject(this.#toError(reply.failure));
  }

  #toError({ message, errcode }: Failure): DomainError {
    const cause = Object.assign(new Error(message), { errcode });
    return new DomainError("database_unavailable", this.#options.refusal, { cause });
  }
}

/**
 * The module `name` beside the importing file. The published package is compiled: there the module is a .js file.
 */
export function workerModule(name: string, importer: string): URL {
  const extension = importer.endsWith(".ts") ? "ts" : "js";
  return new URL(`./${name}.${extension}`, importer);
}

/** The thread's end of it: answers one request after the other until it is told to close. */
export function answerRequests<Request>(has: { answer: (request: Request) => unknown; close: () => void }): void {
  const port = parentPort;
  if (port === null) throw new Error("This is for the entry of a worker thread.");
  port.on("message", (request: Request | typeof CLOSE) => {
    if (request === CLOSE) {
      has.close();
      port.close();
      return;
    }
    try {
      port.postMessage({ answer: has.answer(request as Request) } satisfies Reply<unknown>);
    } catch (error) {
      // Passing an error between threads drops what SQLite says beside the message.
      const { message, errcode } = error as { message: string; errcode?: number };
      port.postMessage({ failure: { message, errcode } } satisfies Reply<unknown>);
    }
  });
}
