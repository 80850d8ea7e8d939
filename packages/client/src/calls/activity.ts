import type { Call } from "../call.ts";
import type { ActivityQuery, AuditEventPage } from "../wire.ts";
import { iteratePages, type PageOptions } from "./pages.ts";

/** With `noteId`, selects the activity of one note. Default: the activity of all notes of the caller. */
type Subject = { noteId?: string };

/** `omit` leaves out URLs of thumbnails, renewed URLs, and the URLs with which owners view their own files. Default: `include`. */
type Filter = { routine?: ActivityQuery["routine"] };

/** The calls to `/activity` and `/notes/:noteId/activity`. They return the newest event first. */
export function activityCalls(call: Call) {
  const list = ({ noteId, signal, ...query }: Subject & Filter & PageOptions = {}) => {
    const path = noteId === undefined ? "/activity" : `/notes/${encodeURIComponent(noteId)}/activity`;
    return call<AuditEventPage>("GET", path, { query: { ...query }, signal });
  };
  return {
    /** Returns one page. */
    list,
    /** Yields every event, page by page. */
    iterate: (options: Subject & Filter & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
  };
}
