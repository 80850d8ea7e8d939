import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import { auditQueries } from "../audit/queries.ts";
import type { PlannedDeletion } from "../storage/object-deletions.ts";
import { releaseObjects } from "../storage/object-deletions.ts";
import { deleteAttachmentsForGood, deleteNoteForGood } from "./delete-for-good.ts";
import { holdItem } from "./hold-item.ts";
import { trashEvent } from "./trash-event.ts";
import type { TrashItem, TrashSubject } from "./trash-port.ts";

/** Deletes a note or an attachment in the trash permanently. Throws the same errors as `restoreFromTrash`. */
export function purgeFromTrash(deps: Deps) {
  return (caller: Caller, subject: TrashSubject): Promise<void> =>
    releaseObjects(deps, async (tx, now) => {
      const item = await holdItem(tx, { caller, subject });
      return purgeItem(deps, { tx, item, now, caller, isExpired: false });
    });
}

type Purge = { tx: Tx; item: TrashItem; now: number; caller: Caller; isExpired: boolean };

/** Purges an item that the transaction has locked, and records an audit event. */
export async function purgeItem(
  { newId }: Deps,
  { tx, item, now, caller, isExpired }: Purge,
): Promise<PlannedDeletion[]> {
  const { noteId, attachment } = item;
  const planned =
    attachment === undefined
      ? await deleteNoteForGood(tx, { noteId, now })
      : await deleteAttachmentsForGood(tx, { attachments: [attachment], now });
  const event = trashEvent("purged", item, { id: newId(), at: now, caller });
  await auditQueries(tx).add(isExpired ? { ...event, detail: { ...event.detail, expired: true } } : event);
  return planned;
}
