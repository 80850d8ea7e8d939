import { DomainError } from "../../domain/errors.ts";
import type { Page } from "../../usecases/ports/index.ts";

// Tells our cursors from other base64url texts, and leaves room for another kind of key.
const PREFIX = "id:";
const ID = /^[\x21-\x7e]{1,255}$/;

/** The opaque cursor that continues after the item with this id. */
export function encodeCursor(id: string): string {
  return Buffer.from(PREFIX + id).toString("base64url");
}

/** The id in a cursor; undefined for no cursor. Throws `invalid_cursor` for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, "base64url").toString();
  const id = text.slice(PREFIX.length);
  // Encoding again shows up what decoding lets pass: padding, other alphabets, trailing bits, broken UTF-8.
  if (!text.startsWith(PREFIX) || !ID.test(id) || encodeCursor(id) !== cursor) {
    throw new DomainError("invalid_cursor", "The cursor is not one that a list of ours returned.");
  }
  return id;
}

/** Makes a page of `limit` items out of up to `limit + 1` that a query found. */
export function toPage<T extends { id: string }>(found: T[], limit: number): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? encodeCursor(last.id) : undefined };
}
