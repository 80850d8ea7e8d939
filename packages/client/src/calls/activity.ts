import type { Call } from "../call.ts";
import type { ActivityQuery, AuditEventPage, Downloads } from "../wire.ts";
import { iteratePages, type PageOptions } from "./pages.ts";

/** With `noteId`, selects the activity of one note. Default: the activity of all notes of the caller. */
type Subject = { noteId?: string };

/** `omit` leaves out URLs of thumbnails, renewed URLs, and the URLs with which owners view their own files. Default: `include`. */
type Filter = { routine?: ActivityQuery["routine"] };

/** The calls to `/activity` and `/notes/:noteId/activity`. They return the newest event first. */
export function activityCalls(call: Call) {
  const pathOf = (noteId: string | undefined) =>
    noteId === undefined ? "/activity" : `/notes/${encodeURIComponent(noteId)}/activity`;
  const list = ({ noteId, signal, ...query }: Subject & Filter & PageOptions = {}) =>
    call<AuditEventPage>("GET", pathOf(noteId), { query: { ...query }, signal });
  return {
    /** Returns one page. */
    list,
    /** Returns the downloads of the last 31 days, counted in steps of 15 minutes. */
    downloads: ({ noteId, signal }: Subject & Pick<PageOptions, "signal"> = {}) =>
      call<Downloads>("GET", `${pathOf(noteId)}/downloads`, { signal }),
    /** Yields every event, page by page. */
    iterate: (options: Subject & Filter & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
  };
}
