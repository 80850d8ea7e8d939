import type { Call } from "../call.ts";
import type { CreateNoteBody, ListNotesQuery, Note, NotePage, UpdateNoteBody } from "../wire.ts";
import { iteratePages, type PageOptions } from "./pages.ts";

type Signal = { signal?: AbortSignal };
/** `owned` by the caller, which is the default, or `shared` with them. */
type Scope = { scope?: ListNotesQuery["scope"] };
/** Only notes with this text in their title, their body or the name of a file, in whatever case. 1 to 200 characters. */
type Search = { q?: string };

/** /notes. */
export function noteCalls(call: Call) {
  const path = (noteId: string) => `/notes/${encodeURIComponent(noteId)}`;
  const list = ({ signal, ...query }: Scope & Search & PageOptions = {}) =>
    call<NotePage>("GET", "/notes", { query: { ...query }, signal });
  return {
    create: (note: CreateNoteBody, { signal }: Signal = {}) => call<Note>("POST", "/notes", { body: note, signal }),
    /** One page. */
    list,
    /** Every note, page by page. */
    iterate: (options: Scope & Search & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
    get: (noteId: string, { signal }: Signal = {}) => call<Note>("GET", path(noteId), { signal }),
    /** With `ifUpdatedAt`, only if nobody has changed it since it was read; else it throws `note_changed`, and nothing is written. */
    update: (noteId: string, changes: UpdateNoteBody) => call<Note>("PATCH", path(noteId), { body: changes }),
    /** With its attachments, shares and stored files. */
    remove: (noteId: string) => call<void>("DELETE", path(noteId)),
  };
}
