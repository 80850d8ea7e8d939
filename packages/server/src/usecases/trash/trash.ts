import { type Action, requirePermission } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import { aboutFile, aboutNote, auditEvent } from "../audit-event.ts";
import type { Deps, ListedTrashItem, Page, PageRequest, Queries, TrashItem, TrashSubject } from "../ports/index.ts";
import type { PlannedDeletion } from "../storage/object-deletions.ts";
import { releaseObjects } from "../storage/release-objects.ts";
import { purgeAttachments, purgeNote } from "./purge.ts";

const DAY_MS = 86_400_000;
const BATCH = 100;

/** `purgeAt`: after this instant, the sweep deletes the item permanently. Milliseconds since the epoch. */
export type DatedTrashItem = ListedTrashItem & { purgeAt: number };

/** Lists the items that the caller may restore, last deleted first. */
export function listTrash({ db, limits }: Deps) {
  return async (caller: Caller, page: PageRequest): Promise<Page<DatedTrashItem>> => {
    const { items, nextCursor } = await db.trash.listFor(caller.userId, page);
    const purgeAt = ({ deletedAt }: TrashItem) => deletedAt + limits.trashDays * DAY_MS;
    return { items: items.map((item) => ({ ...item, purgeAt: purgeAt(item) })), nextCursor };
  };
}

/**
 * Takes a note or an attachment out of the trash. Its shares work again. It needs no quota, because the trash counts in the quota.
 * Throws `note_not_found` or `attachment_not_found`, even for an attachment whose note is in the trash, and `access_denied`.
 */
export function restoreFromTrash({ db, clock, newId }: Deps) {
  return (caller: Caller, subject: TrashSubject): Promise<void> =>
    db.transaction(async (tx) => {
      const item = await holdItem(tx, { caller, subject });
      await tx.trash.restore(item);
      await tx.audit.add(describe("restored", item, { id: newId(), at: clock(), caller }));
    });
}

/** Deletes a note or an attachment of the trash permanently. Throws like `restoreFromTrash`. */
export function deleteForGood(deps: Deps) {
  return (caller: Caller, subject: TrashSubject): Promise<void> =>
    releaseObjects(deps, async (tx, now) => {
      const item = await holdItem(tx, { caller, subject });
      return purge(deps, { tx, item, now, caller, isExpired: false });
    });
}

/** Permanently deletes the items that have been in the trash for longer than `trashDays`. Returns the number of items. */
export function expireTrash(deps: Deps) {
  const { db, clock, limits } = deps;
  return async (): Promise<number> => {
    let expired = 0;
    for (;;) {
      const old = await db.trash.listOld(clock() - limits.trashDays * DAY_MS, BATCH);
      const before = expired;
      for (const item of old) if (await expire(deps, item)) expired += 1;
      // Stops if a full batch changed nothing. Otherwise the loop would list the same batch forever.
      if (old.length < BATCH || expired === before) return expired;
    }
  };
}

/** Returns false for an item that was restored or deleted meanwhile. */
async function expire(deps: Deps, { id, noteId, attachment, deletedBy }: TrashItem): Promise<boolean> {
  const subject = attachment === undefined ? { noteId } : { attachmentId: attachment.id };
  let isExpired = false;
  await releaseObjects(deps, async (tx, now) => {
    const held = await tx.trash.hold(subject, deletedBy);
    isExpired = held?.item.id === id;
    if (held === undefined || !isExpired) return [];
    return purge(deps, { tx, item: held.item, now, caller: { userId: deletedBy }, isExpired });
  });
  return isExpired;
}

async function holdItem(
  tx: Queries,
  { caller, subject }: { caller: Caller; subject: TrashSubject },
): Promise<TrashItem> {
  const held = await tx.trash.hold(subject, caller.userId);
  const [action, missing]: [Action, DomainError] =
    "noteId" in subject
      ? ["note.delete", new DomainError("note_not_found", "The trash has no such note.")]
      : ["attachment.delete", new DomainError("attachment_not_found", "The trash has no such file.")];
  if (held === undefined) throw missing;
  requirePermission(held.role, action);
  return held.item;
}

type Purge = { tx: Queries; item: TrashItem; now: number; caller: Caller; isExpired: boolean };

async function purge({ newId }: Deps, { tx, item, now, caller, isExpired }: Purge): Promise<PlannedDeletion[]> {
  const { noteId, attachment } = item;
  const planned =
    attachment === undefined
      ? (await purgeNote(tx, { noteId, now })).planned
      : await purgeAttachments(tx, { attachments: [attachment], now });
  const event = describe("purged", item, { id: newId(), at: now, caller });
  await tx.audit.add(isExpired ? { ...event, detail: { ...event.detail, expired: true } } : event);
  return planned;
}

function describe(
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
