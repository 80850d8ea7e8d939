import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Attachment } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { stagedQueries } from "../attachments/staged-queries.ts";
import { fileEventQueries, type ItemName } from "../outbox/file-event-queries.ts";
import { planDeletion, queueDeletions } from "../storage/object-deletions.ts";
import { announceAttached } from "./attach-form.ts";

/** The time after which the service deletes a staged file, in milliseconds. */
export const STAGED_MS = 86_400_000;

type Staged = { id: string; item: ItemName | undefined };

/**
 * Attaches a staged file in the transaction `tx`. The statement that attaches the file is the first write, so a refusal changes nothing.
 * `isNew`: false if the file was attached before. Throws `attachment_not_found`, for example for a file that was staged more than a day
 * ago.
 */
export function attachStaged(deps: Pick<Deps, "clock" | "newId">) {
  return async (tx: Tx, { id, item }: Staged): Promise<{ attachment: Attachment; item: ItemName; isNew: boolean }> => {
    const now = deps.clock();
    const attached = await stagedQueries(tx).attach(id, { after: now - STAGED_MS, item });
    const attachment = attached ?? (await attachmentQueries(tx).find(id));
    const itemOfFile = attachment && (await fileEventQueries(tx).itemOfNote(attachment.noteId));
    const isOther = item?.itemId !== itemOfFile?.itemId || item?.resource !== itemOfFile?.resource;
    if (attachment === undefined || itemOfFile === undefined || (item !== undefined && isOther)) throw notFound();
    // The service announces a file with the state `scanning` when its verification ends.
    if (attached?.state === "ready") await announceAttached(deps, { tx, attachment: attached, now });
    return { attachment, item: itemOfFile, isNew: attached !== undefined };
  };
}

function notFound(): DomainError {
  return new DomainError(
    "attachment_not_found",
    "There is no such staged file. It was attached and then removed, or a day has passed since stage, or it belongs to another item. If you still need the file, stage it again before your transaction begins.",
  );
}

/** Deletes the files that were staged more than a day ago, with their objects. Returns the number of deleted files. */
export function expireStaged(deps: Deps) {
  return (): Promise<number> => deleteStaged(deps, { before: deps.clock() - STAGED_MS });
}

/** Deletes the staged files of a note, except the files that an open transaction is attaching. Returns the number of deleted files. */
export function dropStaged(deps: Deps) {
  return (noteId: string): Promise<number> => deleteStaged(deps, { before: deps.clock(), noteId });
}

async function deleteStaged(
  { db, clock, onDeletionsQueued }: Deps,
  { before, noteId }: { before: number; noteId?: string },
): Promise<number> {
  const deleteOne = async (tx: Tx) => {
    const attachment = await stagedQueries(tx).deleteOne(before, noteId);
    if (attachment === undefined) return false;
    const now = clock();
    await queueDeletions(tx, { planned: planDeletion({ attachment, upload: undefined, now }), now });
    return true;
  };
  for (let deleted = 0; ; deleted += 1) {
    if (!(await db.transaction(deleteOne, { freesSpace: true }))) return deleted;
    onDeletionsQueued();
  }
}
