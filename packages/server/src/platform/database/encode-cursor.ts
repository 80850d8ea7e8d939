// The prefix identifies this kind of cursor. Later versions can add other kinds of cursors with other prefixes.
export const CURSOR_PREFIX = "id:";

/** Makes an opaque cursor. The page with this cursor begins after the item with this id. */
export function encodeCursor(id: string): string {
  return Buffer.from(CURSOR_PREFIX + id).toString("base64url");
}
