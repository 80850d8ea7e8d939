import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { httpLimits } from "../../../platform/http/http-limits.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import type { Doors } from "../types.ts";
import { bytesOf } from "./dispatch.ts";
import type { Body, Handler } from "./handler.ts";

/** Creates the entry points to the HTTP application, for web-standard requests, Node.js and Fastify. */
export function openDoors({ handle }: Pick<Handler, "handle">, { basePath }: { basePath: string }): Doors {
  return {
    async fetch(request) {
      const read = () => readWebBody(request);
      const { status, headers, body } = await handle({ toRequest: () => request, original: request, read });
      const list = Object.entries(headers).flatMap(([name, value]) =>
        [value].flat().map((each): [string, string] => [name, each]),
      );
      return new Response(body.length === 0 ? null : new Uint8Array(bytesOf(body)), { status, headers: list });
    },

    async node(request, response) {
      const read = () => readNodeBody(request);
      const path = request.url?.split("?", 1)[0];
      const answer = await handle({ toRequest: () => toWebRequest(request), original: request, read, path });
      // Sends no response if the client has disconnected, or if the framework has already responded, for example after a timeout.
      if (response.headersSent || response.destroyed) return;
      // After a refused body, the response closes the connection. Nobody reads the rest of this body, so the next request on the connection
      // would wait forever.
      if (request.complete === false) response.setHeader("connection", "close");
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    },

    async fastify(host) {
      host.removeAllContentTypeParsers();
      host.addContentTypeParser(
        "*",
        { parseAs: "buffer", bodyLimit: httpLimits.largeJsonBodyBytes },
        (_request: FastifyRequest, bytes: Buffer, done: (error: null, body: Buffer) => void) => done(null, bytes),
      );
      host.all(
        [basePath, "*"].join("/"),
        { bodyLimit: httpLimits.largeJsonBodyBytes },
        async (request: FastifyRequest, reply: FastifyReply) => {
          const read = () => toBody(request.body);
          const answer = await handle({ toRequest: () => toWebRequest(request.raw), original: request, read });
          return reply.code(answer.status).headers(answer.headers).send(bytesOf(answer.body));
        },
      );
    },
  };
}

/** Express stores the original URL, with the mount path, in `originalUrl`. */
type Mounted = IncomingMessage & { originalUrl?: string };

/**
 * Converts a Node.js request to a web-standard `Request` without a body. The host of the URL comes from the Host header. If the request has
 * no valid host, the host is `localhost`. The service does not use this host, but the functions of the host application can read it.
 */
function toWebRequest(request: Mounted): Request {
  const { method = "GET", headers, url = "/", originalUrl = url } = request;
  // The socket may be missing, because adapters for serverless platforms create requests without a socket.
  const isEncrypted = Object(request.socket).encrypted === true;
  const protocol = isEncrypted ? "https" : "http";
  const base = (host: unknown) => URL.parse(`${protocol}://${host ?? ""}`)?.origin;
  const origin = base(headers.host) ?? base(headers[":authority"]) ?? "http://localhost";
  // The code concatenates origin and path, because a URL parser would read a path that starts with two slashes as a host.
  const path = originalUrl.startsWith("/") ? originalUrl : new URL(originalUrl, origin).pathname;
  return new Request(origin + path, { method, headers: headersOf(request) });
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    // A plain object is faster than `Headers`. Only pseudo-headers of HTTP/2 have names that start with a colon.
    if (value !== undefined && !name.startsWith(":"))
      texts[name] = typeof value === "string" ? value : value.join(", ");
  }
  return texts;
}

/** Reads the body of a web-standard request. Throws `payload_too_large`, `request_timeout`, and `invalid_request` for a used body. */
async function readWebBody(request: Request): Promise<Body> {
  if (request.bodyUsed) throw readBefore("Call files.fetch() first, or with a clone of the request.");
  return request.body === null ? undefined : readBounded(request.body);
}

/** Reads the body of a Node.js request, or returns the body that a body parser has read. Throws the errors of `readWebBody`. */
async function readNodeBody(request: IncomingMessage & { body?: unknown }): Promise<Body> {
  if (hasNoBody(request)) return undefined;
  // Some body parsers set `body` to an empty object before any code has read the body.
  if (!request.readableEnded) return readBounded(request);
  const body = toBody(request.body, request.headers["content-type"]);
  const isLost = body === undefined && (request.headers["content-length"] ?? "0") !== "0";
  if (isLost) throw readBefore("Let the parser set `request.body`, or call files.node() before it.");
  return body;
}

/** Returns whether the request certainly has no body. A request of HTTP/2 can have a body without a header that announces the body. */
function hasNoBody({ method, httpVersionMajor, headers }: IncomingMessage): boolean {
  if (httpVersionMajor !== 1 || (method !== "GET" && method !== "HEAD")) return false;
  return headers["content-length"] === undefined && headers["transfer-encoding"] === undefined;
}

/** Converts the result of a body parser to text or bytes, which the HTTP application can parse again. Throws `invalid_request`. */
function toBody(parsed: unknown, contentType = ""): Body {
  if (parsed === undefined || parsed === null) return undefined;
  if (typeof parsed === "string" || Buffer.isBuffer(parsed)) return parsed.length === 0 ? undefined : parsed;
  if (contentType.startsWith("application/x-www-form-urlencoded"))
    return new URLSearchParams(Object(parsed)).toString();
  try {
    return JSON.stringify(parsed);
  } catch (cause) {
    // JSON.stringify fails, for example, for a body with too many levels of objects.
    throw new HttpProblem("invalid_request", "The parsed body can't be written as JSON.", { cause });
  }
}

/** Reads a body up to the size limit. Listens for events, because an asynchronous iteration over a small body is slower. */
async function readBounded(source: ReadableStream<Uint8Array> | IncomingMessage): Promise<Body> {
  const stream = source instanceof Readable ? source : Readable.fromWeb(source as never);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const add = (chunk: Uint8Array | string) => {
    bytes += chunk.length;
    if (bytes > httpLimits.largeJsonBodyBytes) reject(new HttpProblem("payload_too_large", "The body is too large."));
    else chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  };
  const cut = (cause?: unknown) =>
    reject(new HttpProblem("invalid_request", "The connection closed before the body was complete.", { cause }));
  const timer = setTimeout(() => reject(late()), httpLimits.bodyTimeoutMs);
  stream.on("data", add).once("end", resolve).on("error", cut).once("close", cut).resume();
  if (stream.destroyed) cut();
  try {
    await promise;
  } catch (error) {
    // A destroyed request would close the connection before the response. So the rest of the body still arrives, but is discarded.
    if (stream === source) stream.off("data", add);
    else stream.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return bytes === 0 ? undefined : Buffer.concat(chunks);
}

function readBefore(remedy: string): HttpProblem {
  return new HttpProblem("invalid_request", `The body was read before. ${remedy}`);
}

function late(): HttpProblem {
  return new HttpProblem("request_timeout", "The body was not complete in time. Send it again.");
}
