/** One page of a list. `nextCursor` is null on the last page. */
type Page<Item> = { items: Item[]; nextCursor: string | null };

/** Selects a page. `limit` is the maximum number of items, from 1 to 200, default 50. `cursor` is the `nextCursor` of the previous page. */
export type PageOptions = { limit?: number; cursor?: string; signal?: AbortSignal };

/** Yields the items of all pages. The function requests a page only when the caller needs the first item of that page. */
export async function* iteratePages<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>) {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
