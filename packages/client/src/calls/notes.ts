import { type Call, iteratePages, type PageOptions } from "../call.ts";
import type {
  ActivityQuery,
  Attachment,
  AttachmentPage,
  AuditEventPage,
  CreateNoteBody,
  Downloads,
  FileUrl,
  FileUrls,
  ListNotesQuery,
  Note,
  NotePage,
  SharedAttachmentPage,
  TrashPage,
  UpdateNoteBody,
  UrlPurpose,
} from "../wire.ts";

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

export function attachmentCalls(call: Call) {
  const path = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}`;
  const listShared = ({ signal, ...query }: PageOptions = {}) =>
    call<SharedAttachmentPage>("GET", "/attachments", { query: { scope: "shared", ...query }, signal });
  return {
    /** Returns one page of the files that are shared with the caller without their notes, newest first. */
    listShared,
    /** Yields every file of `listShared`, page by page. */
    iterateShared: (options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => listShared({ ...options, ...(cursor !== undefined && { cursor }) })),
    get: (attachmentId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<Attachment>("GET", path(attachmentId), { signal }),
    /** Renames a ready file. Throws `invalid_filename` if the content of the file does not agree with the new name. */
    rename: (attachmentId: string, filename: string) =>
      call<Attachment>("PATCH", path(attachmentId), { body: { filename } }),
    /** Records that the caller has seen the file, so that its `isNew` becomes false. */
    markSeen: (attachmentId: string) => call<void>("PUT", `${path(attachmentId)}/seen`),
    /** Deletes the attachment. If the service has a trash, `trash.restore` can restore the attachment for a while. */
    remove: (attachmentId: string) => call<void>("DELETE", path(attachmentId)),
    /** Accepts or rejects the quarantined file of a visitor. The service deletes a rejected file from the bucket. */
    review: (attachmentId: string, decision: "accept" | "reject") =>
      call<Attachment>("POST", `${path(attachmentId)}/review`, { body: { decision } }),
  };
}

/** The maximum number of ids in one request. */
const MAX_BATCH = 1000;

/**
 * `expiresIn` is in seconds. Default: 60. The service refuses a value outside its range.
 * `purpose` says in the audit event what the URL is for. Default: `view` for an inline URL, and `download` for every other URL.
 */
export type UrlOptions = { expiresIn?: number; purpose?: UrlPurpose; signal?: AbortSignal | undefined };

/** Default: `attachment`, which saves the file. With `inline`, the browser shows the file, or saves it if its type is not safe to show. */
export type Disposition = { disposition?: "attachment" | "inline" };

/**
 * With `cacheable`, calls within half of `expiresIn` return the same URL, so that a browser finds a picture in its cache. The URL is valid
 * for at least half of `expiresIn`. `expiresAt` is the expiry of the URL. Only for inline URLs. Default: false.
 */
export type Cacheable = { cacheable?: boolean };

export function urlCalls(call: Call) {
  return {
    /** Issues a URL of the file. Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `expires_in_out_of_range`. */
    urlFor: (attachmentId: string, { signal, ...query }: UrlOptions & Disposition & Cacheable = {}) =>
      call<FileUrl>("GET", `/attachments/${encodeURIComponent(attachmentId)}/url`, { query: { ...query }, signal }),

    /**
     * Issues URLs of many files. The result has a URL or an error code for each file, in the order of the ids. Sends one request for each
     * 1,000 ids.
     */
    async urlsFor(
      attachmentIds: readonly string[],
      { signal, ...options }: UrlOptions = {},
    ): Promise<FileUrls["urls"]> {
      const urls: FileUrls["urls"] = [];
      for (let start = 0; start < attachmentIds.length; start += MAX_BATCH) {
        const batch = { attachmentIds: attachmentIds.slice(start, start + MAX_BATCH), ...options };
        urls.push(...(await call<FileUrls>("POST", "/attachments/urls", { body: batch, signal })).urls);
      }
      return urls;
    },
  };
}

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

/** With `noteId`, selects the activity of one note. Default: the activity of all notes of the caller. */
type Subject = { noteId?: string };

/** `omit` leaves out URLs of thumbnails, renewed URLs, and the URLs with which owners view their own files. Default: `include`. */
type Filter = { routine?: ActivityQuery["routine"] };

/** The calls to `/activity` and `/notes/:noteId/activity`. Each list starts with the newest event. */
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
