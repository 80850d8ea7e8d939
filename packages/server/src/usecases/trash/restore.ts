import type { Caller } from "../../domain/person.ts";
import type { Deps, TrashSubject } from "../ports/index.ts";
import { holdItem } from "./hold-item.ts";
import { trashEvent } from "./trash-event.ts";

/**
 * Takes a note or an attachment out of the trash. Its shares work again. A restoration uses no more quota, because the trash counts in
 * the quota.
 * Throws `note_not_found` or `attachment_not_found`, even for an attachment whose note is in the trash, and `access_denied`.
 */
export function restoreFromTrash({ db, clock, newId }: Deps) {
  return (caller: Caller, subject: TrashSubject): Promise<void> =>
    db.transaction(async (tx) => {
      const item = await holdItem(tx, { caller, subject });
      await tx.trash.restore(item);
      await tx.audit.add(trashEvent("restored", item, { id: newId(), at: clock(), caller }));
    });
}
