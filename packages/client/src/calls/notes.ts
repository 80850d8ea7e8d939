import type { Call } from "../call.ts";
import type { AttachmentPage, CreateNoteBody, ListNotesQuery, Note, NotePage, UpdateNoteBody } from "../wire.ts";
import { iteratePages, type PageOptions } from "./pages.ts";

type Signal = { signal?: AbortSignal };
/** `owned`: the notes of the caller. `shared`: the notes that are shared with the caller. Default: `owned`. */
type Scope = { scope?: ListNotesQuery["scope"] };
/** Returns only notes with this text in the title, the body or a filename. 1 to 200 characters. Case does not matter. */
type Search = { q?: string };

export function noteCalls(call: Call) {
  const path = (noteId: string) => `/notes/${encodeURIComponent(noteId)}`;
  const list = ({ signal, ...query }: Scope & Search & PageOptions = {}) =>
    call<NotePage>("GET", "/notes", { query: { ...query }, signal });
  const listAttachments = (noteId: string, { signal, ...query }: PageOptions = {}) =>
    call<AttachmentPage>("GET", `${path(noteId)}/attachments`, { query: { ...query }, signal });
  return {
    create: (note: CreateNoteBody, { signal }: Signal = {}) => call<Note>("POST", "/notes", { body: note, signal }),
    /** Returns one page of notes. `snippet` is the start of the body of a note. */
    list,
    /** Yields every note, page by page, with the same members as `list`. */
    iterate: (options: Scope & Search & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
    /** Returns the note with the first page of its attachments. For the next page, pass `attachmentsCursor` to `listAttachments`. */
    get: (noteId: string, { signal }: Signal = {}) => call<Note>("GET", path(noteId), { signal }),
    /** Returns one page of the attachments of a note, in order of creation. */
    listAttachments,
    /** Yields every attachment of a note, page by page. */
    iterateAttachments: (noteId: string, options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => listAttachments(noteId, { ...options, ...(cursor !== undefined && { cursor }) })),
    /** Changes a note. With `ifUpdatedAt`, throws `note_changed` if the note has changed since that instant. */
    update: (noteId: string, changes: UpdateNoteBody) => call<Note>("PATCH", path(noteId), { body: changes }),
    /** Records that the caller has seen the note, so that its `isNew` becomes false. */
    markSeen: (noteId: string) => call<void>("PUT", `${path(noteId)}/seen`),
    /** Deletes the note with its attachments and shares. If the service has a trash, `trash.restore` can restore them for a while. */
    remove: (noteId: string) => call<void>("DELETE", path(noteId)),
  };
}
