import { type SelectQueryBuilder, sql } from "kysely";
import { DomainError } from "../errors.ts";

export type Page<T> = { items: T[]; nextCursor: string | undefined };

export type PageRequest = { limit: number; cursor?: string | undefined };

const TIMED = /^at:(\d{1,15}):([^\0]{1,255})$/s;
const ID = /^[\x21-\x7e]{1,255}$/;

/** Returns the id in the cursor of a page. Throws `invalid_cursor` for a text that `encodeCursor` did not create. */
export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, "base64url").toString();
  const id = text.slice(CURSOR_PREFIX.length);
  // The id is encoded again to compare it with the cursor. Padding, other alphabets, trailing bits or broken UTF-8 can make another text
  // that decodes to the same id.
  if (!text.startsWith(CURSOR_PREFIX) || !ID.test(id) || encodeCursor(id) !== cursor) throw invalidCursor();
  return id;
}

/** Creates the cursor for a list that is sorted by an instant and an id. The id may be any text. */
export function encodeTimedCursor({ at, id }: { at: number; id: string }): string {
  return Buffer.from(`at:${at}:${id}`).toString("base64url");
}

/** Returns the instant and the id in a cursor of `encodeTimedCursor`. Throws `invalid_cursor` for other texts. */
export function decodeTimedCursor(cursor: string | undefined): { at: number; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [, at, id = ""] = TIMED.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  const found = { at: Number(at), id };
  if (at === undefined || encodeTimedCursor(found) !== cursor) throw invalidCursor();
  return found;
}

export function invalidCursor(): DomainError {
  return new DomainError("invalid_cursor", "The cursor does not come from one of our lists.");
}

/**
 * Makes a page of up to `limit` items. The query must return up to `limit + 1` items, because the extra item shows that a next page exists.
 */
export function toPage<T extends { id: string }>(found: T[], limit: number): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? encodeCursor(last.id) : undefined };
}

type NewestFirst<Row, Item> = PageRequest & {
  /** The column with the ids of the items, such as `links.id`. */
  id: string;
  to: (row: Row) => Item;
};

/** Runs a query, and returns one page of its items. The item with the highest id comes first. */
export async function newestFirst<DB, Table extends keyof DB, Row, Item extends { id: string }>(
  query: SelectQueryBuilder<DB, Table, Row>,
  { id, to, limit, cursor }: NewestFirst<Row, Item>,
): Promise<Page<Item>> {
  const before = decodeCursor(cursor);
  const rest = before === undefined ? query : query.where(sql.ref(id), "<", before);
  const rows = await rest
    .orderBy(sql.ref(id), "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(to), limit);
}

// The prefix identifies the kind of cursor. Later versions can add kinds with other prefixes.
const CURSOR_PREFIX = "id:";

/** Creates an opaque cursor for the page that begins after the item with the given id. */
export function encodeCursor(id: string): string {
  return Buffer.from(CURSOR_PREFIX + id).toString("base64url");
}
