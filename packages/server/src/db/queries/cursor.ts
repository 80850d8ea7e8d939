import { DomainError } from "../../domain/errors.ts";
import { CURSOR_PREFIX, encodeCursor } from "../../usecases/encode-cursor.ts";
import type { Page } from "../../usecases/ports/index.ts";

const ID = /^[\x21-\x7e]{1,255}$/;

/** Reads the id of a cursor. Throws `invalid_cursor` for a text that `encodeCursor` did not make. */
export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, "base64url").toString();
  const id = text.slice(CURSOR_PREFIX.length);
  // Encoding again detects texts that decode by accident: padding, other alphabets, trailing bits, broken UTF-8.
  if (!text.startsWith(CURSOR_PREFIX) || !ID.test(id) || encodeCursor(id) !== cursor) {
    throw new DomainError("invalid_cursor", "The cursor does not come from one of our lists.");
  }
  return id;
}

/** Makes a page of `limit` items from a query of up to `limit + 1`. */
export function toPage<T extends { id: string }>(found: T[], limit: number): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? encodeCursor(last.id) : undefined };
}
