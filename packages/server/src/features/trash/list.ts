import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import { trashQueries } from "./queries.ts";
import type { ListedTrashItem, TrashItem } from "./trash-port.ts";

const DAY_MS = 86_400_000;

/** An item in the trash. `purgeAt`: the sweep deletes the item permanently after this instant. Milliseconds since the epoch. */
export type DatedTrashItem = ListedTrashItem & { purgeAt: number };

/** Lists the items that the caller may restore. The item that was deleted last comes first. */
export function listTrash({ db, limits }: Deps) {
  return async (caller: Caller, page: PageRequest): Promise<Page<DatedTrashItem>> => {
    const { items, nextCursor } = await trashQueries(db).listFor(caller.userId, page);
    const purgeAt = ({ deletedAt }: TrashItem) => deletedAt + limits.trashDays * DAY_MS;
    return { items: items.map((item) => ({ ...item, purgeAt: purgeAt(item) })), nextCursor };
  };
}
