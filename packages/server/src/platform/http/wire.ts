import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { encodeCursor, type Page } from "../database/pages.ts";
import { httpLimits } from "./http-limits.ts";
import { HttpProblem } from "./problem.ts";

const LENGTH_TO_SECONDS = "2027-01-31T23:59:59".length;

export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Parses an optional `expiresAt`. Null and undefined mean that there is no expiry. Throws `invalid_request`. */
export function parseExpiresAt(expiresAt: string | null | undefined): number | undefined {
  if (expiresAt === undefined || expiresAt === null) return undefined;
  return parseInstant(expiresAt, { name: "expiresAt" });
}

/**
 * Converts a date and time in `text` to milliseconds since the epoch, without fractions. `name`: the field of the body, for the error text.
 * Throws `invalid_request` if the date does not exist.
 */
export function parseInstant(text: string, { name }: { name: string }): number {
  const milliseconds = Date.parse(text);
  // Date.parse changes 30 February to 2 March. A date therefore exists only if the parsed and formatted date equals the text.
  if (
    Number.isNaN(milliseconds) ||
    toIso(milliseconds).slice(0, LENGTH_TO_SECONDS) !== text.slice(0, LENGTH_TO_SECONDS)
  ) {
    throw new HttpProblem("invalid_request", `${name} in the body is a date or time that doesn't exist.`);
  }
  return milliseconds;
}

export function isoOrNull(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : toIso(milliseconds);
}

type WirePage<Item> = { items: Item[]; nextCursor: string | null };

/**
 * Converts a page to a response, and cuts the page before the item that would exceed `httpLimits.pageBytes`. A page always keeps its first
 * item.
 */
export function fitPage<Model, Item extends { id: string }>(
  page: Page<Model>,
  present: (model: Model) => Item,
  cursorAfter: (model: Model, item: Item) => string = (_, { id }) => encodeCursor(id),
): WirePage<Item> {
  const items: Item[] = [];
  let bytes = 0;
  for (const [index, model] of page.items.entries()) {
    const item = present(model);
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    const last = items.at(-1);
    if (bytes > httpLimits.pageBytes && last !== undefined) {
      return { items, nextCursor: cursorAfter(page.items[index - 1] as Model, last) };
    }
    items.push(item);
  }
  return { items, nextCursor: page.nextCursor ?? null };
}

const MAX_KEY_LENGTH = 255;
/**
 * Matches a quoted string, as draft-ietf-httpapi-idempotency-key-header requires for the key (structured fields, RFC 9651, section 3.3.3).
 */
const QUOTED_KEY = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** Matches a key without quotes, which many clients send. */
const PLAIN_KEY = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/** A `preValidation` hook for the completion of an upload, which treats a missing body as `{}`. */
export function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.body === undefined || request.body === null) request.body = {};
  done();
}

/**
 * Reads the header Idempotency-Key, with or without quotes, according to draft-ietf-httpapi-idempotency-key-header. The key has 1 to 255
 * characters of visible ASCII. Throws `invalid_request`.
 */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = typeof header === "string" ? unquote(header) : undefined;
  if (key === undefined || key === "" || key.length > MAX_KEY_LENGTH) {
    throw new HttpProblem(
      "invalid_request",
      `Idempotency-Key must be one key of 1 to ${MAX_KEY_LENGTH} visible ASCII characters, such as "8e03978e-40d5-43e8-bc93-6894a57f9324".`,
    );
  }
  return key;
}

function unquote(header: string): string | undefined {
  const quoted = QUOTED_KEY.exec(header)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, "$1");
  return PLAIN_KEY.test(header) ? header : undefined;
}

/** Converts chunks to a stream that reads a chunk only when a reader waits, because many form uploads wait at the same time. */
export function streamOf(chunks: AsyncIterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false, highWaterMark: 0 });
}

/** Returns a signal that aborts when the connection closes. The signal is already aborted if the connection is closed. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  else raw.once("close", () => gone.abort());
  return gone.signal;
}
