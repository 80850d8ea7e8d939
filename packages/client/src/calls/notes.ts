import type { Call } from "../call.ts";
import type { CreateNoteBody, ListNotesQuery, Note, NotePage, UpdateNoteBody } from "../wire.ts";
import { iteratePages, type PageOptions } from "./pages.ts";

type Signal = { signal?: AbortSignal };
/** `owned` by the caller (default), or `shared` with the caller. */
type Scope = { scope?: ListNotesQuery["scope"] };
/** Only notes with this text in their title, their body or a filename. 1 to 200 characters. Case does not matter. */
type Search = { q?: string };

export function noteCalls(call: Call) {
  const path = (noteId: string) => `/notes/${encodeURIComponent(noteId)}`;
  const list = ({ signal, ...query }: Scope & Search & PageOptions = {}) =>
    call<NotePage>("GET", "/notes", { query: { ...query }, signal });
  return {
    create: (note: CreateNoteBody, { signal }: Signal = {}) => call<Note>("POST", "/notes", { body: note, signal }),
    /** Returns one page. */
    list,
    /** Yields every note, page by page. */
    iterate: (options: Scope & Search & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
    get: (noteId: string, { signal }: Signal = {}) => call<Note>("GET", path(noteId), { signal }),
    /** Changes a note. With `ifUpdatedAt`, it throws `note_changed` when the note has changed since that instant. */
    update: (noteId: string, changes: UpdateNoteBody) => call<Note>("PATCH", path(noteId), { body: changes }),
    /** Deletes the note with its attachments, shares and stored files. */
    remove: (noteId: string) => call<void>("DELETE", path(noteId)),
  };
}
