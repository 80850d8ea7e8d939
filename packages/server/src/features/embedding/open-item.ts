import type { Deps } from "../../platform/deps.ts";
import { ownerOfItem } from "../access/caller.ts";
import { noteQueries } from "../notes/queries.ts";
import type { ItemName } from "../outbox/file-events.ts";
import { lookupQueries } from "../people/lookups.ts";
import type { Item } from "./item.ts";
import { itemQueries } from "./item-queries.ts";

/** Returns an item of the application. At the first upload to an item, creates the item and its note. */
export async function openItem({ db, clock, newId }: Deps, name: ItemName): Promise<Item> {
  const known = await lookupQueries(db).item(name);
  if (known !== undefined) return known;
  const now = clock();
  const noteId = newId();
  const item = { noteId, ...name };
  const note = { id: noteId, ownerId: ownerOfItem(noteId), title: "", body: "", createdAt: now, updatedAt: now };
  try {
    await db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await itemQueries(tx).insert(item);
    });
    return item;
  } catch (error) {
    // Another request may have created the item at the same time.
    const other = await lookupQueries(db).item(name);
    if (other === undefined) throw error;
    return other;
  }
}
