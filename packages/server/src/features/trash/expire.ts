import type { Deps } from "../../platform/deps.ts";
import { releaseObjects } from "../storage/object-deletions.ts";
import { purgeItem } from "./purge.ts";
import { trashQueries } from "./queries.ts";
import type { TrashItem } from "./trash-port.ts";

const DAY_MS = 86_400_000;
const BATCH = 100;

/** Permanently deletes the items that have been in the trash for longer than `trashDays`. Returns the number of items. */
export function expireTrash(deps: Deps) {
  const { db, clock, limits } = deps;
  return async (): Promise<number> => {
    let expired = 0;
    for (;;) {
      const old = await trashQueries(db).listOld(clock() - limits.trashDays * DAY_MS, BATCH);
      const before = expired;
      for (const item of old) if (await expire(deps, item)) expired += 1;
      // Stops if a full batch changed nothing, because the loop would otherwise list the same batch forever.
      if (old.length < BATCH || expired === before) return expired;
    }
  };
}

/** Deletes one item permanently. Returns false if the item was restored or deleted after it was listed. */
async function expire(deps: Deps, { id, noteId, attachment, deletedBy }: TrashItem): Promise<boolean> {
  const subject = attachment === undefined ? { noteId } : { attachmentId: attachment.id };
  let isExpired = false;
  await releaseObjects(deps, async (tx, now) => {
    const held = await trashQueries(tx).hold(subject, deletedBy);
    isExpired = held?.item.id === id;
    if (held === undefined || !isExpired) return [];
    return purgeItem(deps, { tx, item: held.item, now, caller: { userId: deletedBy }, isExpired });
  });
  return isExpired;
}
