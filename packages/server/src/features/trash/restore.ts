import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import { auditQueries } from "../audit/queries.ts";
import { holdItem } from "./hold-item.ts";
import { trashQueries } from "./queries.ts";
import { trashEvent } from "./trash-event.ts";
import type { TrashSubject } from "./trash-port.ts";

/**
 * Moves a note or an attachment out of the trash. The shares of the note or attachment work again. The usage of the quota does not change,
 * because items in the trash also count in the quota.
 * Throws `note_not_found`, `attachment_not_found` (also if the note of the attachment is in the trash), and `access_denied`.
 */
export function restoreFromTrash({ db, clock, newId }: Deps) {
  return (caller: Caller, subject: TrashSubject): Promise<void> =>
    db.transaction(async (tx) => {
      const item = await holdItem(tx, { caller, subject });
      await trashQueries(tx).restore(item);
      await auditQueries(tx).add(trashEvent("restored", item, { id: newId(), at: clock(), caller }));
    });
}
