import { decodeCursor, encodeCursor, invalidCursor } from "../../platform/database/pages.ts";
import { fold } from "../../platform/text/readable-text.ts";
import type { NoteSummary } from "../access/note.ts";

/** `created`: newest first. `changed`: last changed first. `title`: by title, without regard to case. */
export type ListOrder = "created" | "changed" | "title";
/** The two parts of a list. The pinned notes come first, and the other notes follow. */
export type ListPart = "pinned" | "others";

/** The list by title compares only this many characters, because PostgreSQL refuses long entries of an index (migration 0102). */
export const SORTED_CHARACTERS = 60;

/** The position of the last note of a page. `key`: the value by which the list sorts the note. Undefined: the list sorts by id. */
export type ListPosition = { part: ListPart; id: string; key: string | number | undefined };

const FORM = /^list:(created|changed|title):(pinned|others):([\x21-\x39\x3b-\x7e]{1,255}):(.*)$/s;
// PostgreSQL compares the instant with an integer column, and fails for a number that is not an integer.
const INSTANT = /^\d{1,15}$/;

/** Makes the cursor of the next page. In the default order, the notes after the pinned notes use the same cursor format as other lists. */
export function encodeListCursor({ part, id, key }: ListPosition, order: ListOrder): string {
  if (order === "created" && part === "others") return encodeCursor(id);
  return Buffer.from(`list:${order}:${part}:${id}:${key ?? ""}`).toString("base64url");
}

/** Reads a cursor. Throws `invalid_cursor` if the cursor does not come from a list in this order. */
export function decodeListCursor(cursor: string | undefined, order: ListOrder): ListPosition | undefined {
  if (cursor === undefined) return undefined;
  const [, cursorOrder, part, id, text] = FORM.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (part === undefined || id === undefined || text === undefined) {
    const last = decodeCursor(cursor);
    if (order !== "created" || last === undefined) throw invalidCursor();
    return { part: "others", id: last, key: undefined };
  }
  if (order === "changed" && !INSTANT.test(text)) throw invalidCursor();
  const key = order === "changed" ? Number(text) : order === "title" ? text : undefined;
  const position = { part: part as ListPart, id, key };
  if (cursorOrder !== order || encodeListCursor(position, order) !== cursor) throw invalidCursor();
  return position;
}

/** Makes the cursor of the page after this note. */
export function cursorAfter({ id, title, updatedAt, isPinned }: NoteSummary, order: ListOrder): string {
  const start = () => Array.from(fold(title)).slice(0, SORTED_CHARACTERS).join("");
  const key = order === "changed" ? updatedAt : order === "title" ? start() : undefined;
  return encodeListCursor({ part: isPinned ? "pinned" : "others", id, key }, order);
}
