import type { AuditEvent } from "../domain/audit-event.ts";
import type { Caller } from "../domain/person.ts";
import { authoriseNote } from "./authorise.ts";
import type { Deps, Page, PageRequest } from "./ports.ts";

/** What happened to one note and its files, newest first. Throws `note_not_found` or `access_denied`. */
export function listNoteActivity({ db }: Deps) {
  return async (caller: Caller, input: PageRequest & { noteId: string }): Promise<Page<AuditEvent>> => {
    const { noteId, ...page } = input;
    await authoriseNote(db, { caller, noteId, action: "note.activity" });
    return db.audit.listOfNote(noteId, page);
  };
}

/** What happened to the caller's own notes, deleted ones included, newest first. */
export function listActivity({ db }: Deps) {
  return (caller: Caller, page: PageRequest): Promise<Page<AuditEvent>> => db.audit.listOfOwner(caller.userId, page);
}
