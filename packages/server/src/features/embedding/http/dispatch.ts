import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import type { App } from "../../../platform/http/routes.ts";
import { nodeHttp } from "../../../platform/modules.ts";

/** A request for the HTTP application of the embedding. The body is complete, and `headers` must not contain `connection`. */
export type Dispatched = { method: string; url: string; headers: Record<string, string>; body: Buffer | undefined };

/** The response of the HTTP application. A string body is not converted to bytes, because Node.js sends a string faster than bytes. */
export type Answer = { status: number; headers: Record<string, string | string[]>; body: string | Buffer };

export function bytesOf(body: string | Buffer): Buffer {
  return typeof body === "string" ? Buffer.from(body) : body;
}

/**
 * Passes a request to the HTTP application, which never listens on a port, and returns the response. `app.inject` of Fastify does the same
 * work, but needs five times the CPU time (ADR 12), because `inject` is made for tests and imitates a connection.
 */
export function dispatch(app: Pick<App, "routing">, dispatched: Dispatched): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new CompleteRequest(dispatched);
    app.routing(request, new CollectedResponse(request, { resolve, reject }));
  });
}

// Fastify reads the IP address of the client from the socket. All requests share this socket, so no code may add listeners to it.
const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: "127.0.0.1" });

/** A request whose headers and body have arrived. */
class CompleteRequest extends nodeHttp.IncomingMessage {
  constructor({ method, url, headers, body }: Dispatched) {
    super(socket);
    this.method = method;
    this.url = url;
    this.httpVersionMajor = 1;
    this.httpVersionMinor = 1;
    this.httpVersion = "1.1";
    this.headers = headers as IncomingHttpHeaders;
    this.complete = true;
    // A request without a host gets a host that no page has. So the check of the origin refuses the request.
    headers.host ??= "localhost:80";
    if (body !== undefined) {
      headers["content-length"] = String(body.length);
      this.push(body);
    }
    this.push(null);
  }

  // The methods of the superclass would read from the socket, and close the socket.
  override _read(): void {}
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(error);
  }
}

/** A response that stores its status, headers and body instead of writing them to a connection. */
class CollectedResponse extends nodeHttp.ServerResponse {
  readonly #settle: Pick<PromiseWithResolvers<Answer>, "resolve" | "reject">;
  #body: Answer["body"] = "";
  #headers: Answer["headers"] | undefined;

  constructor(request: CompleteRequest, settle: Pick<PromiseWithResolvers<Answer>, "resolve" | "reject">) {
    super(request);
    this.#settle = settle;
  }

  override writeHead(status: number, ...rest: unknown[]): this {
    // `writeHead` of the superclass refuses a second call, and refuses values that HTTP forbids.
    super.writeHead(status, ...(rest as [OutgoingHttpHeaders]));
    this.#headers = textsOf({ ...this.getHeaders(), ...(rest.at(-1) as OutgoingHttpHeaders | undefined) });
    return this;
  }

  override write(chunk: string | Buffer): boolean {
    if (!this.headersSent) this.writeHead(this.statusCode);
    this.#body = this.#body === "" ? chunk : Buffer.concat([bytesOf(this.#body), bytesOf(chunk)]);
    return true;
  }

  override end(chunk?: unknown): this {
    if (this.finished) return this;
    this.write((chunk as string | Buffer | undefined) ?? "");
    // `writableEnded` of the superclass returns the value of `finished`.
    this.finished = true;
    const body = this.req.method === "HEAD" ? "" : this.#body;
    this.#settle.resolve({ status: this.statusCode, headers: this.#headers ?? {}, body });
    process.nextTick(() => {
      this.emit("finish");
      this.emit("close");
    });
    return this;
  }

  override destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.#settle.reject(error ?? new Error("The response ended early."));
    process.nextTick(() => this.emit("close"));
    return this;
  }
}

/** Converts the values of headers to strings, and omits the headers that concern only a connection. */
function textsOf(given: OutgoingHttpHeaders): Answer["headers"] {
  const headers: Answer["headers"] = {};
  for (const name in given) {
    const value = given[name];
    if (value === undefined || name === "connection" || name === "transfer-encoding") continue;
    headers[name] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return headers;
}
