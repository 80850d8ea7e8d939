/** One page of a list; `nextCursor` is null on the last one. */
type Page<Item> = { items: Item[]; nextCursor: string | null };

/** Where a list goes on: `limit` 1 to 200, default 50; `cursor` from the page before. */
export type PageOptions = { limit?: number; cursor?: string; signal?: AbortSignal };

/** Goes through all pages of a list, asking for the next one only when it is needed. */
export async function* iteratePages<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>) {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
