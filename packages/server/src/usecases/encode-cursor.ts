// The prefix identifies this kind of cursor. Later versions can add cursors with other prefixes.
export const CURSOR_PREFIX = "id:";

/** Makes the opaque cursor that continues after the item with this id. */
export function encodeCursor(id: string): string {
  return Buffer.from(CURSOR_PREFIX + id).toString("base64url");
}
