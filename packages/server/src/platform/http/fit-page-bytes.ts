import { encodeCursor } from "../database/encode-cursor.ts";
import { httpLimits } from "./http-limits.ts";

/** A page of items, in the form of a response. */
type WirePage<Item> = { items: Item[]; nextCursor: string | null };

/** Ends a page before the item that would exceed `httpLimits.pageBytes`. A page always contains at least its first item. */
export function fitPage<Item extends { id: string }>(items: Item[], nextCursor: string | undefined): WirePage<Item> {
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    const last = items[index - 1];
    if (bytes > httpLimits.pageBytes && last !== undefined) {
      return { items: items.slice(0, index), nextCursor: encodeCursor(last.id) };
    }
  }
  return { items, nextCursor: nextCursor ?? null };
}
