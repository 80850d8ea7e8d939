import { AsyncLocalStorage } from "node:async_hooks";
import { finished } from "node:stream";
import type { FastifyInstance, FastifyRequest, preParsingHookHandler } from "fastify";
import { networkOf } from "./client-address.ts";
import { httpLimits } from "./http-limits.ts";
import { HttpProblem } from "./problem.ts";
import { isStreamedForm } from "./routes.ts";

/** The size above which a body waits in a queue, because its parsing and validation take milliseconds. */
const LONG_BODY = 32_768;

/** Accepts only JSON bodies of limited size and structure. Another media type returns 415. An empty body counts as no body. */
export function parseJsonBodies(app: FastifyInstance, { turns }: { turns: LoopTurns }): void {
  const parse = app.getDefaultJsonParser("error", "error");
  const limitBodies = createBodyLimit();
  app.addHook("onRoute", (route) => {
    if ((route.bodyLimit ?? 0) > httpLimits.jsonBodyBytes) route.preParsing = limitBodies;
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    "application/json",
    // A waiting body remains outside of the heap of V8. Waiting texts would make the heap grow, and V8 does not make the heap smaller
    // again.
    { parseAs: "buffer", bodyLimit: httpLimits.jsonBodyBytes },
    (request: FastifyRequest, bytes: Buffer, done: (error: Error | null, body?: unknown) => void) => {
      if (bytes.length === 0) {
        done(null);
        return;
      }
      const read = () => {
        const text = bytes.toString();
        const fault = structureFault(text);
        if (fault === undefined) parse(request, text, done);
        else done(new HttpProblem("invalid_request", fault));
      };
      if (bytes.length > LONG_BODY) turns(read);
      else read();
    },
  );
}

/**
 * Limits the bytes of all large bodies that are arriving or waiting, because the process never frees used memory. Each body counts with its
 * declared length, from before its first byte until its response has ended. Each person and each network also has a limit, so a client that
 * delays its body cannot use up the bytes of other clients.
 */
function createBodyLimit(): preParsingHookHandler {
  const { largeBodiesBytes, largeBodiesOfOneBytes } = httpLimits;
  const byHolder = new Map<string, number>();
  let allBytes = 0;
  return (request, reply, payload, done) => {
    const { "content-length": length } = request.headers;
    const { bodyLimit } = request.routeOptions;
    const bytes = Math.min(length === undefined ? bodyLimit : Number(length), bodyLimit);
    if (bytes <= httpLimits.jsonBodyBytes) return done(null, payload);
    const holder = request.caller?.userId ?? `ip ${networkOf(request.clientAddress ?? request.ip)}`;
    const ofHolder = byHolder.get(holder) ?? 0;
    if (allBytes + bytes > largeBodiesBytes || ofHolder + bytes > largeBodiesOfOneBytes) return done(busy());
    allBytes += bytes;
    byHolder.set(holder, ofHolder + bytes);
    finished(reply.raw, () => {
      allBytes -= bytes;
      const left = (byHolder.get(holder) ?? 0) - bytes;
      if (left > 0) byHolder.set(holder, left);
      else byHolder.delete(holder);
    });
    done(null, payload);
  };
}

function busy(): HttpProblem {
  const problem = "Too many large requests arrive at the same time. Wait until Retry-After has passed, then try again.";
  return new HttpProblem("service_busy", problem, { headers: { "Retry-After": "1" } });
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Checks the structure of a JSON text before the parser runs, because JSON.parse needs half a second for 100,000 members. Returns why the
 * body is refused, or undefined if its structure is valid. Does not check whether the text is valid JSON.
 */
export function structureFault(text: string): string | undefined {
  const { jsonDepth, jsonValues, jsonNames } = httpLimits;
  const names = new Set<string>();
  let depth = 0;
  let values = 1;
  let lastString = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      lastString = at;
      at = endOfString(text, at + 1);
    } else if (code === COLON) {
      names.add(text.slice(lastString, at));
      if (names.size > jsonNames) return `The body has more than ${jsonNames} different member names.`;
    } else if (code === COMMA || code === OPEN_BRACE || code === OPEN_BRACKET) {
      values += 1;
      if (values > jsonValues) return `The body has more than ${jsonValues} values.`;
      if (code !== COMMA) depth += 1;
      if (depth > jsonDepth) return `The body nests more than ${jsonDepth} levels deep.`;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
    }
  }
  return undefined;
}

function endOfString(text: string, from: number): number {
  const quote = text.indexOf('"', from);
  if (quote === -1) return text.length;
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote;
  // Only a string with an escaped quote is read character by character, because this way is slow.
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** Returns 408 if a body is not complete within `timeoutMs`. Forms have separate limits, because the upload of a file may take hours. */
export function limitBodyTime(app: FastifyInstance, timeoutMs: number): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { raw } = request;
    if (hasBody(request) && !isStreamedForm(request)) {
      const timer = setTimeout(() => {
        // Fastify listens for errors while it reads a body. If there is no listener, the service has already sent the response, or has not
        // started to read the body.
        if (reply.sent || raw.listenerCount("error") === 0) raw.destroy();
        else raw.emit("error", late(timeoutMs));
      }, timeoutMs);
      const stop = (): void => clearTimeout(timer);
      raw.once("end", stop).once("close", stop);
    }
    done();
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

function late(timeoutMs: number): HttpProblem {
  return new HttpProblem(
    "request_timeout",
    `The body was not complete within ${timeoutMs / 1000} seconds. Send it again.`,
  );
}

/** Runs work that takes milliseconds. Only one piece of such work runs in each turn of the event loop. */
type LoopTurns = (work: () => void) => void;

/** Creates a queue for work that takes milliseconds, so that other requests run between the work of many clients. */
export function createLoopTurns(): LoopTurns {
  const waiting: (() => void)[] = [];
  function runNext(): void {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(runNext);
  }
  return (work) => {
    // Without this binding, the work of a request would run in the async context of another request, and appear in the wrong trace.
    waiting.push(AsyncLocalStorage.bind(work));
    if (waiting.length === 1) setImmediate(runNext);
  };
}
