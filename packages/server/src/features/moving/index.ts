import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest, noSuch } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import type { Attachment } from "../access/attachment.ts";
import { authoriseAttachment, authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { linkQueries } from "../links/queries/links.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { type Copier, createCopier, requireReady, type Transfer } from "./copy.ts";
import { movingQueries } from "./queries.ts";

export type MovingVerbs = ReturnType<typeof createMoving>;

export function createMoving(deps: Deps, { starts }: { starts: Allowance }) {
  const copier = createCopier(deps, starts);
  return {
    moveFile: moveFile(deps, copier),
    copyFile: copyFile(copier),
    describeMove: describeMove(deps),
  };
}

export type MoveInput = {
  attachmentId: string;
  fromNoteId: string;
  toNoteId: string;
  /** The folder of the copied object in the bucket. Default: the folder of the original. */
  place?: string | undefined;
  idempotencyKey: string | undefined;
} & Pick<Transfer, "confirm">;

/**
 * Moves a ready file to another note. If the file is already on this note, changes nothing.
 *
 * If both notes have the same owner, only the row in the database changes, and the object and the quota stay the same. The file keeps its
 * shares, because the owner shared the file itself. Links to single files of the former note no longer list the file.
 *
 * The owner of a file never changes. A move to a note of another owner makes a copy on that note, and moves the original to the trash. So
 * an editor can't take a file away from its owner.
 *
 * Throws `attachment_not_found`, `note_not_found`, `access_denied`, `attachment_not_ready`, `attachment_moved`, and the errors of
 * `copyFile`.
 */
function moveFile(deps: Deps, { copy, findCopy }: Copier) {
  const { db } = deps;
  return async (caller: Caller, input: MoveInput): Promise<Attachment> => {
    const { attachmentId, fromNoteId, toNoteId: noteId, place, idempotencyKey, confirm } = input;
    const transfer = { caller, attachmentId, noteId, place, idempotencyKey, confirm, kind: "move" } as const;
    const made = await findCopy(transfer);
    if (made !== undefined) return made;
    const attachment = await authoriseAttachment(db, { caller, attachmentId, action: "attachment.delete" });
    const target = await authoriseNote(db, { caller, noteId, action: "attachment.add" });
    if (attachment.noteId === noteId) return attachment;
    if (attachment.noteId !== fromNoteId) throw moved();
    requireReady(attachment);
    if (attachment.ownerId !== target.ownerId) return copy(transfer);
    return relocate(deps, { caller, attachmentId, fromNoteId, noteId });
  };
}

type Relocation = { caller: Caller; attachmentId: string; fromNoteId: string; noteId: string };

async function relocate(deps: Deps, { caller, attachmentId, fromNoteId, noteId }: Relocation): Promise<Attachment> {
  const { db, clock, newId } = deps;
  return db.transaction(async (tx) => {
    // Every transaction that locks two notes locks them in the order of their ids, to avoid a deadlock.
    for (const id of [fromNoteId, noteId].sort()) {
      if (await guardedNoteQueries(tx).hold(id)) continue;
      throw id === noteId ? noSuch("note") : noSuch("attachment");
    }
    if (!(await attachmentQueries(tx).hold(attachmentId))) throw noSuch("attachment");
    const attachment = await authoriseAttachment(tx, { caller, attachmentId, action: "attachment.delete" });
    await authoriseNote(tx, { caller, noteId, action: "attachment.add" });
    if (attachment.noteId !== fromNoteId) throw moved();
    requireReady(attachment);
    await attachmentQueries(tx).relocate(attachmentId, noteId);
    const now = clock();
    await linkQueries(tx).removeFile(attachmentId);
    await movingQueries(tx).relocateShares(attachmentId, { from: fromNoteId, to: noteId });
    await visitorFileQueries(tx).markFileSeen(attachmentId, now);
    const { filename, sizeBytes } = attachment;
    const there = { ...attachment, noteId };
    // The people of one note may have no access to the other note, so the events contain no title of a note.
    const left = {
      id: newId(),
      at: now,
      caller,
      subject: aboutFile(attachment),
      detail: { filename, toNoteId: noteId },
    };
    const came = { ...left, id: newId(), subject: aboutFile(there), detail: { filename, sizeBytes, fromNoteId } };
    await auditQueries(tx).add(auditEvent("attachment.moved", left), auditEvent("attachment.moved", came));
    return there;
  });
}

/**
 * Copies a ready file to a note. The copy belongs to the owner of this note, and counts in the quota of this owner. Only people with access
 * to the note get access to the copy. Throws `attachment_not_found`, `note_not_found`, `access_denied`, `attachment_not_ready`,
 * `quota_exceeded`, `object_not_found`, `bucket_unavailable` and `rate_limited`.
 */
function copyFile({ copy, findCopy }: Copier) {
  return async (caller: Caller, input: Omit<MoveInput, "fromNoteId">): Promise<Attachment> => {
    const { attachmentId, toNoteId: noteId, place, idempotencyKey, confirm } = input;
    const transfer = { caller, attachmentId, noteId, place, idempotencyKey, confirm, kind: "copy" } as const;
    return (await findCopy(transfer)) ?? copy(transfer);
  };
}

export type MoveEffects = { losing: { people: number; links: number; isExact: boolean }; sameOwner: boolean };

/**
 * Counts the people and the links that would lose access to files by a move. Throws `attachment_not_found`, `note_not_found`,
 * `access_denied` and `invalid_request`.
 */
function describeMove({ db, limits }: Deps) {
  return async (
    caller: Caller,
    { attachmentIds, toNoteId }: { attachmentIds: readonly string[]; toNoteId: string },
  ): Promise<MoveEffects> => {
    const ids = [...new Set(attachmentIds)];
    const files: Attachment[] = [];
    for (const attachmentId of ids)
      files.push(await authoriseAttachment(db, { caller, attachmentId, action: "attachment.delete" }));
    const target = await authoriseNote(db, { caller, noteId: toNoteId, action: "attachment.add" });
    const [first] = files;
    if (first === undefined || files.some(({ noteId }) => noteId !== first.noteId)) {
      throw invalidRequest("The files are in different notes. Ask for one note at a time.");
    }
    const { noteId, ownerId } = first;
    const sameOwner = ownerId === target.ownerId;
    if (noteId === toNoteId) return { losing: { people: 0, links: 0, isExact: true }, sameOwner };
    const isExact = sameOwner && ownerId === caller.userId;
    const people = isExact
      ? await countLosing(db, { ids, noteId, toNoteId })
      : await countHolders(db, { ids, caller, noteId, formerOwner: sameOwner ? undefined : ownerId });
    const links = await movingQueries(db).countLinks(noteId, ids, limits.links);
    return { losing: { people, links, isExact }, sameOwner };
  };
}

type Moved = { ids: readonly string[]; noteId: string };

/** Counts the people who would lose at least one file in a move, if the caller owns both notes. */
async function countLosing(db: Tx, { ids, noteId, toNoteId }: Moved & { toNoteId: string }): Promise<number> {
  const queries = movingQueries(db);
  const after = new Set(await queries.holdersOfNote(toNoteId));
  // A move between notes of one owner keeps the shares of the files. So a person with a share of every moved file loses nothing.
  const ofFiles = await queries.holdersOfFiles(ids);
  const losing = (holder: string) => !after.has(holder) && ofFiles.get(holder) !== ids.length;
  return (await queries.holdersOfNote(noteId)).filter(losing).length;
}

/**
 * Counts the people who could lose a file. The count never depends on the people of the target note. Otherwise, the caller could find out
 * who has access to a note of another owner.
 */
async function countHolders(
  db: Tx,
  { ids, noteId, caller, formerOwner }: Moved & { caller: Caller; formerOwner: string | undefined },
): Promise<number> {
  const queries = movingQueries(db);
  const holders = new Set(await queries.holdersOfNote(noteId));
  if (formerOwner !== undefined) {
    for (const holder of (await queries.holdersOfFiles(ids)).keys()) holders.add(holder);
    holders.add(formerOwner);
  }
  holders.delete(caller.userId);
  return holders.size;
}

function moved(): DomainError {
  return new DomainError(
    "attachment_moved",
    "The file is in another note now. Read it again, and try again from there.",
  );
}
