import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { httpLimits } from "../../../platform/http/http-limits.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";

/** The bytes or the text of a body. Undefined if there is no body. */
export type Body = Buffer | string | undefined;

/**
 * Reads the body of a web-standard request. Throws `payload_too_large` and `request_timeout`. Throws `invalid_request` if other code has
 * already read the body.
 */
export async function readWebBody(request: Request): Promise<Body> {
  if (request.bodyUsed) throw readBefore("Call files.fetch() first, or with a clone of the request.");
  return request.body === null ? undefined : readBounded(request.body);
}

/** Reads the body of a Node request, or returns the body that a body parser has read. Throws the same errors as `readWebBody`. */
export async function readNodeBody(request: IncomingMessage & { body?: unknown }): Promise<Body> {
  // Some parsers set `body` to an empty object, although they have not read the body.
  if (!request.readableEnded) return readBounded(request);
  const body = toBody(request.body);
  const isLost = body === undefined && (request.headers["content-length"] ?? "0") !== "0";
  if (isLost) throw readBefore("Let the parser set `request.body`, or call files.node() before it.");
  return body;
}

/** Converts a parsed body to a form that the HTTP application can parse. Throws `invalid_request`. */
export function toBody(parsed: unknown): Body {
  if (parsed === undefined || parsed === null) return undefined;
  if (typeof parsed === "string" || Buffer.isBuffer(parsed)) return parsed.length === 0 ? undefined : parsed;
  try {
    return JSON.stringify(parsed);
  } catch (cause) {
    // JSON.stringify fails, for example, if the body has too many levels.
    throw new HttpProblem("invalid_request", "The parsed body can't be written as JSON.", { cause });
  }
}

async function readBounded(source: ReadableStream<Uint8Array> | IncomingMessage): Promise<Body> {
  const stream = source instanceof Readable ? source : Readable.fromWeb(source as never);
  // The timeout emits an error and does not destroy the request, because destroying it would close the connection before the response is
  // sent.
  const timer = setTimeout(() => stream.emit("error", late()), httpLimits.bodyTimeoutMs);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > httpLimits.largeJsonBodyBytes) throw new HttpProblem("payload_too_large", "The body is too large.");
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw new HttpProblem("invalid_request", "The connection closed before the body was complete.", { cause: error });
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
