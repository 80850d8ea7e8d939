// The prefix identifies our cursors, and allows for other kinds of keys.
export const CURSOR_PREFIX = "id:";

/** Makes the opaque cursor that continues after the item with this id. */
export function encodeCursor(id: string): string {
  return Buffer.from(CURSOR_PREFIX + id).toString("base64url");
}
