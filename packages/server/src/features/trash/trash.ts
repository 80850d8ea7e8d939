import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Action } from "../access/authorise.ts";
import { requirePermission } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { aboutFile, aboutNote, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { releaseObjects } from "../storage/object-deletions.ts";
import type { PlannedDeletion } from "../storage/queries.ts";
import { deleteAttachmentsForGood, deleteNoteForGood } from "./delete.ts";
import type { ListedTrashItem, TrashItem, TrashSubject } from "./queries.ts";
import { trashQueries } from "./queries.ts";

const DAY_MS = 86_400_000;

/** An item in the trash. `purgeAt`: the sweep deletes the item permanently after this instant. Milliseconds since the epoch. */
type DatedTrashItem = ListedTrashItem & { purgeAt: number };

/** Lists the items that the caller may restore. The item that was deleted last comes first. */
export function listTrash({ db, limits }: Deps) {
  return async (caller: Caller, page: PageRequest): Promise<Page<DatedTrashItem>> => {
    const { items, nextCursor } = await trashQueries(db).listFor(caller.userId, page);
    const purgeAt = ({ deletedAt }: TrashItem) => deletedAt + limits.trashDays * DAY_MS;
    return { items: items.map((item) => ({ ...item, purgeAt: purgeAt(item) })), nextCursor };
  };
}

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
async function purgeItem({ newId }: Deps, { tx, item, now, caller, isExpired }: Purge): Promise<PlannedDeletion[]> {
  const { noteId, attachment } = item;
  const planned =
    attachment === undefined
      ? await deleteNoteForGood(tx, { noteId, now })
      : await deleteAttachmentsForGood(tx, { attachments: [attachment], now });
  const event = trashEvent("purged", item, { id: newId(), at: now, caller });
  await auditQueries(tx).add(isExpired ? { ...event, detail: { ...event.detail, expired: true } } : event);
  return planned;
}

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

/** Locks and returns an item of the trash that the caller may restore or purge. Throws the same errors as `restoreFromTrash`. */
async function holdItem(tx: Tx, { caller, subject }: { caller: Caller; subject: TrashSubject }): Promise<TrashItem> {
  const held = await trashQueries(tx).hold(subject, caller.userId);
  const [action, missing]: [Action, DomainError] =
    "noteId" in subject
      ? ["note.delete", new DomainError("note_not_found", "The trash has no such note.")]
      : ["attachment.delete", new DomainError("attachment_not_found", "The trash has no such file.")];
  if (held === undefined) throw missing;
  requirePermission(held.role, action);
  return held.item;
}

function trashEvent(
  verb: "restored" | "purged",
  { noteId, noteTitle, ownerId, attachment }: TrashItem,
  event: { id: string; at: number; caller: Caller },
) {
  if (attachment !== undefined) {
    const detail = { filename: attachment.filename };
    return auditEvent(`attachment.${verb}`, { ...event, subject: aboutFile(attachment), detail });
  }
  const subject = aboutNote({ id: noteId, ownerId });
  return auditEvent(`note.${verb}`, { ...event, subject, detail: { title: noteTitle } });
}
