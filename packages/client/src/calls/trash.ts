import type { Call } from "../call.ts";
import type { TrashPage } from "../wire.ts";
import { iteratePages, type PageOptions } from "./pages.ts";

/** A deleted note or a deleted file. */
export type TrashSubject = { noteId: string } | { attachmentId: string };

/** The calls for deleted notes and files. The item that was deleted last comes first. */
export function trashCalls(call: Call) {
  const list = ({ signal, ...query }: PageOptions = {}) =>
    call<TrashPage>("GET", "/trash", { query: { ...query }, signal });
  const path = (subject: TrashSubject) =>
    "noteId" in subject
      ? `/trash/notes/${encodeURIComponent(subject.noteId)}`
      : `/trash/attachments/${encodeURIComponent(subject.attachmentId)}`;
  return {
    /** Returns one page of the items in the trash. */
    list,
    /** Yields every item, page by page. */
    iterate: (options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
    /** Restores a note with its files and shares, or a file with its shares. The call does not restore links. */
    restore: (subject: TrashSubject) => call<void>("POST", `${path(subject)}/restore`),
    /** Deletes a note or a file from the trash permanently. */
    remove: (subject: TrashSubject) => call<void>("DELETE", path(subject)),
  };
}
