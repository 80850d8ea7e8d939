import type { Role } from "../domain/access.ts";
import { isListed } from "../domain/attachment.ts";
import { DomainError } from "../domain/errors.ts";
import type { Note, NoteWithAttachments, NoteWithRole } from "../domain/note.ts";
import type { Caller } from "../domain/person.ts";
import { aboutNote, auditEvent } from "./audit-event.ts";
import { authoriseNote } from "./authorise.ts";
import type { Deps, Page, PageRequest, Queries } from "./ports/index.ts";
import { deleteWaiting, type PlannedDeletion, planDeletion, queueDeletions } from "./storage/purge.ts";

/** Creates a note. The caller is its owner. */
export function createNote({ db, clock, newId }: Deps) {
  return async (caller: Caller, input: { title: string; body: string }): Promise<NoteWithAttachments> => {
    const now = clock();
    const note: Note = { id: newId(), ownerId: caller.userId, ...input, createdAt: now, updatedAt: now };
    await db.transaction(async (tx) => {
      await tx.notes.insert(note);
      const event = { id: newId(), caller, subject: aboutNote(note), at: now, detail: { title: note.title } };
      await tx.audit.add(auditEvent("note.created", event));
    });
    return { ...note, role: "owner", attachments: [] };
  };
}

/**
 * Lists the notes that the caller owns, or those that are shared with the caller, newest first.
 * `search`: only notes with this text in the title, the body or the name of a file. Ignores case.
 */
export function listNotes({ db, clock }: Deps) {
  return async (
    caller: Caller,
    request: PageRequest & { scope: "owned" | "shared"; search?: string | undefined },
  ): Promise<Page<NoteWithAttachments>> => {
    const { scope, ...page } = request;
    const notes =
      scope === "owned"
        ? withRole(await db.notes.listOwned(caller.userId, page), "owner")
        : await db.notes.listShared(caller.userId, { ...page, now: clock() });
    const attachments = await db.attachments.listOfNotes(notes.items.map((note) => note.id));
    return {
      items: notes.items.map((note) => ({ ...note, attachments: (attachments.get(note.id) ?? []).filter(isListed) })),
      nextCursor: notes.nextCursor,
    };
  };
}

/** Returns a note with its attachments. Throws `note_not_found` or `access_denied`. */
export function getNote({ db }: Deps) {
  return async (caller: Caller, noteId: string): Promise<NoteWithAttachments> => {
    const note = await authoriseNote(db, { caller, noteId, action: "note.read" });
    return { ...note, attachments: (await db.attachments.listOfNote(noteId)).filter(isListed) };
  };
}

/**
 * Changes the title, the body, or both. `ifUpdatedAt`: only if this is still the instant of the last change.
 * Throws `note_not_found`, `access_denied`, `note_changed`, `invalid_request`.
 */
export function updateNote({ db, clock, newId }: Deps) {
  return async (
    caller: Caller,
    input: { noteId: string; title?: string; body?: string; ifUpdatedAt?: number | undefined },
  ): Promise<NoteWithAttachments> => {
    const { noteId, ...change } = input;
    if (change.title === undefined && change.body === undefined) {
      throw new DomainError("invalid_request", "Give at least one of title and body.");
    }
    return db.transaction(async (tx) => {
      const { role } = await authoriseNote(tx, { caller, noteId, action: "note.edit" });
      const now = clock();
      const note = await tx.notes.update(noteId, { ...change, updatedAt: now });
      if (note === undefined) throw await whyUnchanged(tx, noteId);
      const event = { id: newId(), caller, subject: aboutNote(note), at: now, detail: {} };
      await tx.audit.add(auditEvent("note.updated", event));
      return { ...note, role, attachments: (await tx.attachments.listOfNote(noteId)).filter(isListed) };
    });
  };
}

async function whyUnchanged(queries: Queries, noteId: string): Promise<DomainError> {
  if (!(await queries.notes.hold(noteId))) return new DomainError("note_not_found", "Note not found");
  return new DomainError(
    "note_changed",
    "The note was changed in the meantime, so nothing was saved. Read it again, and save with its current updatedAt.",
  );
}

/** Deletes a note with its shares and attachments, and queues the deletion of every object in the same transaction. */
export function deleteNote(deps: Deps) {
  const { db, clock, newId, onDeletionsQueued } = deps;
  return async (caller: Caller, noteId: string): Promise<void> => {
    const now = clock();
    const planned = await db.transaction(
      async (tx) => {
        const note = await authoriseNote(tx, { caller, noteId, action: "note.delete" });
        // Locks out new attachments, whose objects would stay in the bucket without a row.
        if (!(await tx.notes.hold(noteId))) throw new DomainError("note_not_found", "Note not found");
        const attachments = await tx.attachments.listOfNote(noteId);
        const planned: PlannedDeletion[] = [];
        for (const attachment of attachments) planned.push(...(await planDeletion(tx, { attachment, now })));
        await tx.notes.delete(noteId);
        await queueDeletions(tx, { planned, now });
        const subject = { ...aboutNote(note), attachmentIds: attachments.map((attachment) => attachment.id) };
        const event = { id: newId(), caller, subject, at: now, detail: { title: note.title } };
        await tx.audit.add(auditEvent("note.deleted", event));
        return planned;
      },
      { freesSpace: true },
    );
    onDeletionsQueued();
    await deleteWaiting(deps, { planned, now });
  };
}

function withRole({ items, nextCursor }: Page<Note>, role: Role): Page<NoteWithRole> {
  return { items: items.map((note) => ({ ...note, role })), nextCursor };
}
