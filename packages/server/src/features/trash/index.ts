import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import { type Attachment, isComplete } from "../access/attachment.ts";
import { type Action, authoriseAttachment, authoriseNote, requirePermission, roleOf } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { tenantQueries } from "../attachments/tenant-queries.ts";
import { type AuditEvent, aboutFile, aboutNote, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { linkQueries } from "../links/queries/links.ts";
import { fileEventQueries } from "../outbox/file-event-queries.ts";
import { releaseObjects } from "../storage/object-deletions.ts";
import type { PlannedDeletion } from "../storage/queries.ts";
import { usageQueries } from "../usage/queries.ts";
import { deleteAttachmentsForGood, deleteNoteForGood, purgeNotes, STEP } from "./delete-for-good.ts";
import { type ListedTrashItem, type TrashItem, type TrashSubject, trashQueries } from "./queries.ts";

export { deleteAttachmentsForGood, deleteNoteForGood } from "./delete-for-good.ts";

export type TrashVerbs = ReturnType<typeof createTrash>;

export function createTrash(deps: Deps) {
  return {
    deleteNote: deleteNote(deps),
    listTrash: listTrash(deps),
    restoreFromTrash: restoreFromTrash(deps),
    purgeFromTrash: purgeFromTrash(deps),
    expireTrash: expireTrash(deps),
    purgeNotes: purgeNotes(deps),
    deleteAttachment: deleteAttachment(deps),
    deleteAttachmentIn: deleteAttachmentIn(deps),
    deleteFilesOfNote: deleteFilesOfNote(deps),
    deleteFilesOfTenant: deleteFilesOfTenant(deps),
  };
}

const DAY_MS = 86_400_000;

/** An item in the trash. `purgeAt`: after this instant, the sweep deletes the item permanently. In milliseconds since the epoch. */
type DatedTrashItem = ListedTrashItem & { purgeAt: number };

/** Lists the items that the caller may restore, the last deleted item first. */
function listTrash({ db, limits }: Deps) {
  return async (caller: Caller, page: PageRequest): Promise<Page<DatedTrashItem>> => {
    const { items, nextCursor } = await trashQueries(db).listFor(caller.userId, page);
    const purgeAt = ({ deletedAt }: TrashItem) => deletedAt + limits.trashDays * DAY_MS;
    return { items: items.map((item) => ({ ...item, purgeAt: purgeAt(item) })), nextCursor };
  };
}

/**
 * Restores a note or an attachment from the trash. The shares of the item work again. The usage of the quota does not change, because items
 * in the trash also count in the quota. Throws `note_not_found`, `attachment_not_found` (also if the note of the attachment is in the
 * trash), and `access_denied`.
 */
function restoreFromTrash({ db, clock, newId }: Deps) {
  return (caller: Caller, subject: TrashSubject): Promise<void> =>
    db.transaction(async (tx) => {
      const item = await holdItem(tx, { caller, subject });
      await trashQueries(tx).restore(subject);
      await auditQueries(tx).add(trashEvent("restored", item, { id: newId(), at: clock(), caller }));
    });
}

/** Deletes a note or an attachment in the trash permanently. Throws the same errors as `restoreFromTrash`. */
function purgeFromTrash(deps: Deps) {
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

/** Permanently deletes the items that have been in the trash for longer than `trashDays`. Returns the number of deleted items. */
function expireTrash(deps: Deps) {
  const { db, clock, limits } = deps;
  return async (): Promise<number> => {
    let expired = 0;
    for (;;) {
      const old = await trashQueries(db).listOld(clock() - limits.trashDays * DAY_MS, BATCH);
      const before = expired;
      for (const item of old) if (await expire(deps, item)) expired += 1;
      // If no item of a full batch was deleted, the loop stops. Otherwise, the loop would list the same batch forever.
      if (old.length < BATCH || expired === before) return expired;
    }
  };
}

/** Deletes one item permanently. Returns false if somebody has restored or deleted the item since it was listed. */
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
  requirePermission(roleOf(caller, { noteId: held.item.noteId, role: held.role }), action);
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

/**
 * Moves a note with its files and its shares to the trash, and revokes its links. Deletes the pending uploads permanently. If the service
 * has no trash, deletes the note with all its content permanently. Throws `note_not_found` or `access_denied`.
 */
function deleteNote(deps: Deps) {
  const { newId, limits } = deps;
  return (caller: Caller, noteId: string): Promise<void> =>
    releaseObjects(deps, async (tx, now) => {
      const note = await authoriseNote(tx, { caller, noteId, action: "note.delete" });
      // The lock prevents another request from adding an attachment, whose object would stay in the bucket without a row.
      if (!(await guardedNoteQueries(tx).hold(noteId))) throw noSuch("note");
      const planned = await (limits.trashDays === 0 ? deleteNoteForGood(tx, { noteId, now }) : discard());
      // A note can have thousands of files, so the event does not list the files.
      const event = { id: newId(), caller, subject: aboutNote(note), at: now };
      await auditQueries(tx).add(auditEvent("note.deleted", { ...event, detail: { title: note.title } }));
      return planned;

      async function discard() {
        // The number of pending uploads of a note has a limit, so the list is short.
        const pending = await attachmentQueries(tx).listOfNote(noteId, { isPending: true });
        await linkQueries(tx).revokeOfNote(noteId, now);
        const planned = await deleteAttachmentsForGood(tx, { attachments: pending, now });
        await trashQueries(tx).putNote(noteId, { id: newId(), deletedBy: caller.userId, deletedAt: now });
        return planned;
      }
    });
}

/**
 * Moves an attachment to the trash, and removes it from links to single files. Deletes the attachment permanently if its upload is
 * unfinished, or if the service has no trash. Throws `attachment_not_found` or `access_denied`.
 */
function deleteAttachment(deps: Deps) {
  return (caller: Caller, attachmentId: string): Promise<void> =>
    releaseObjects(deps, (tx, now) => holdAndDiscard(deps, { tx, caller, attachmentId, now }));
}

/**
 * Deletes a file of an item in the transaction of an application, as `deleteAttachment` does. The application must have checked the access.
 * The bucket deletes the object after the commit. Throws `attachment_not_found`.
 */
function deleteAttachmentIn(deps: Deps) {
  return async (tx: Tx, { userId, attachmentId }: { userId: string; attachmentId: string }): Promise<void> => {
    const attachment = await attachmentQueries(tx).find(attachmentId);
    const item = attachment && (await fileEventQueries(tx).itemOfNote(attachment.noteId));
    if (item === undefined) throw noSuch("attachment");
    const caller = { userId, grants: new Map([[item.noteId, "editor" as const]]) };
    await holdAndDiscard(deps, { tx, caller, attachmentId, now: deps.clock() });
  };
}

async function holdAndDiscard(
  deps: Deps,
  { tx, caller, attachmentId, now }: { tx: Tx; caller: Caller; attachmentId: string; now: number },
): Promise<PlannedDeletion[]> {
  const authorise = () => authoriseAttachment(tx, { caller, attachmentId, action: "attachment.delete" });
  const { noteId } = await authorise();
  const isHeld = (await guardedNoteQueries(tx).hold(noteId)) && (await attachmentQueries(tx).hold(attachmentId));
  if (!isHeld) throw noSuch("attachment");
  // Before the lock, the upload may have completed, or somebody may have moved the attachment. So the attachment is read again.
  const attachment = await authorise();
  if (attachment.noteId !== noteId) throw noSuch("attachment");
  return discardFile(deps, { tx, caller, attachment, now });
}

/**
 * Deletes all files of a note as `deleteAttachment` does, including the pending uploads, but keeps the note. Does not delete files that
 * arrive during the call. Returns the number of deleted files. Throws `note_not_found` or `access_denied`.
 */
function deleteFilesOfNote(deps: Deps) {
  return async (caller: Caller, noteId: string): Promise<number> => {
    const endId = deps.newId();
    let deletedFiles = 0;
    for (let isOver = false; !isOver; ) {
      await releaseObjects(deps, async (tx, now) => {
        await authoriseNote(tx, { caller, noteId, action: "attachment.delete" });
        if (!(await guardedNoteQueries(tx).hold(noteId))) throw noSuch("note");
        const { items } = await attachmentQueries(tx).pageOfNote(noteId, { limit: STEP, cursor: undefined });
        const planned: PlannedDeletion[] = [];
        let deletedNow = 0;
        for (const { id } of items) {
          // The upload may have completed between the list and the lock, so the attachment is read again.
          const attachment =
            id < endId && (await attachmentQueries(tx).hold(id)) ? await attachmentQueries(tx).find(id) : undefined;
          if (attachment === undefined) continue;
          planned.push(...(await discardFile(deps, { tx, caller, attachment, now })));
          deletedNow += 1;
        }
        isOver = deletedNow === 0 || items.length < STEP;
        deletedFiles += deletedNow;
        return planned;
      });
    }
    return deletedFiles;
  };
}

/**
 * Deletes all files on the notes of a tenant permanently, including pending uploads, staged files, and files in the trash. Sets the stored
 * quota of the tenant to 0, so that calls that are adding files fail. The start of the next upload stores the application's quota again.
 * Each transaction deletes at most `STEP` files, so a repeated call continues after a crash. Returns the number of deleted files.
 */
function deleteFilesOfTenant(deps: Deps) {
  return async (caller: Caller, ownerId: string): Promise<number> => {
    const closed = { quotaBytes: 0, quotaFiles: 0 };
    await deps.db.transaction((tx) => usageQueries(tx).setQuota(ownerId, closed), { freesSpace: true });
    const beforeId = deps.newId();
    let deletedFiles = 0;
    for (let deletedNow = STEP; deletedNow === STEP; deletedFiles += deletedNow) {
      await releaseObjects(deps, async (tx, now) => {
        const attachments = await tenantQueries(tx).hold(ownerId, { beforeId, limit: STEP });
        deletedNow = attachments.length;
        const planned = await deleteAttachmentsForGood(tx, { attachments, now });
        await auditQueries(tx).add(...attachments.map((attachment) => deleted(deps, { caller, attachment, now })));
        return planned;
      });
    }
    return deletedFiles;
  };
}

/**
 * Moves an attachment to the trash, or deletes it permanently. The transaction must have locked the note and the attachment, and the caller
 * must have checked the access. Throws `attachment_not_found`.
 */
export async function discardFile(
  deps: Deps,
  { tx, caller, attachment, now }: Deletion & { tx: Tx },
): Promise<PlannedDeletion[]> {
  const { id, state } = attachment;
  if (deps.limits.trashDays === 0 || !isComplete(state)) return deleteForGood(deps, { tx, caller, attachment, now });
  const deletion = { id: deps.newId(), deletedBy: caller.userId, deletedAt: now };
  if (!(await trashQueries(tx).putAttachment(id, deletion))) throw noSuch("attachment");
  await linkQueries(tx).removeFile(id);
  await auditQueries(tx).add(deleted(deps, { caller, attachment, now }));
  return [];
}

/** Permanently deletes the attachment that `authorise` returns. `authorise` must throw if the caller may not delete this attachment. */
export function removeAttachment(
  deps: Deps,
  { authorise, ...by }: Pick<Deletion, "caller" | "detail"> & { authorise: (queries: Tx) => Promise<Attachment> },
): Promise<void> {
  return releaseObjects(deps, async (tx, now) =>
    deleteForGood(deps, { tx, ...by, attachment: await authorise(tx), now }),
  );
}

/** `detail`: facts for the audit event that the database no longer has after the deletion. */
type Deletion = { caller: Caller; attachment: Attachment; now: number; detail?: AuditEvent["detail"] };

async function deleteForGood(deps: Deps, { tx, ...deletion }: Deletion & { tx: Tx }): Promise<PlannedDeletion[]> {
  const { attachment, now } = deletion;
  const planned = await deleteAttachmentsForGood(tx, { attachments: [attachment], now });
  await auditQueries(tx).add(deleted(deps, deletion));
  return planned;
}

function deleted({ newId }: Deps, { caller, attachment, now, ...more }: Deletion): AuditEvent {
  const detail = { filename: attachment.filename, ...more.detail };
  return auditEvent("attachment.deleted", { id: newId(), caller, subject: aboutFile(attachment), at: now, detail });
}
