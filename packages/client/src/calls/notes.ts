import { type Call, iteratePages, keyHeader, type PageOptions } from "../call.ts";
import type * as wire from "../wire.ts";

type Signal = { signal?: AbortSignal };
/** Repeated calls with the same `idempotencyKey` have the effect of one call. */
type Repeatable = Signal & { idempotencyKey?: string };
/** `owned`: the notes of the caller. `shared`: the notes that other people share with the caller. Default: `owned`. */
type Scope = { scope?: wire.ListNotesQuery["scope"] };
/** Only for the scope `owned` without `q`. Default: `created`. */
type Sort = { sort?: wire.ListNotesQuery["sort"] };
/**
 * Selects only notes whose title, body or filenames contain the text `q`, which has 1 to 200 characters. The search ignores upper and lower
 * case.
 */
type Search = { q?: string };

export function noteCalls(call: Call) {
  const path = (noteId: string) => `/notes/${encodeURIComponent(noteId)}`;
  const list = ({ signal, ...query }: Scope & Sort & Search & PageOptions = {}) =>
    call<wire.NotePage>("GET", "/notes", { query: { ...query }, signal });
  const listAttachments = (noteId: string, { signal, ...query }: PageOptions = {}) =>
    call<wire.AttachmentPage>("GET", `${path(noteId)}/attachments`, { query: { ...query }, signal });
  return {
    /** Creates a note. A repeated call with the same `idempotencyKey` returns the note of the first call. */
    create: (note: wire.CreateNoteBody, { signal, idempotencyKey }: Signal & { idempotencyKey?: string } = {}) =>
      call<wire.Note>("POST", "/notes", { body: note, headers: keyHeader(idempotencyKey), signal }),
    /** Returns one page of notes, the pinned notes first. `snippet`: the start of the body of a note. */
    list,
    /** Yields all notes of `list`, page by page. */
    iterate: (options: Scope & Sort & Search & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
    /** Returns a note with the first page of its attachments. To read the next page, pass `attachmentsCursor` to `listAttachments`. */
    get: (noteId: string, { signal }: Signal = {}) => call<wire.Note>("GET", path(noteId), { signal }),
    /** Returns one page of the attachments of a note, in order of creation. */
    listAttachments,
    /** Yields every attachment of a note, page by page. */
    iterateAttachments: (noteId: string, options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => listAttachments(noteId, { ...options, ...(cursor !== undefined && { cursor }) })),
    /**
     * Changes the title, the body or other members of a note. With `ifUpdatedAt`, throws `note_changed` if the note has changed since that
     * instant.
     */
    update: (noteId: string, changes: wire.UpdateNoteBody) => call<wire.Note>("PATCH", path(noteId), { body: changes }),
    /** Records that the caller has seen the note. The `isNew` of the note becomes false. */
    markSeen: (noteId: string) => call<void>("PUT", `${path(noteId)}/seen`),
    /** Pins a note, so that the lists of the caller start with this note. Throws `too_many_pins`. */
    pin: (noteId: string) => call<void>("PUT", `${path(noteId)}/pin`),
    unpin: (noteId: string) => call<void>("DELETE", `${path(noteId)}/pin`),
    /** Deletes a note with its attachments and shares. If the service has a trash, `trash.restore` can restore the note until its purge. */
    remove: (noteId: string) => call<void>("DELETE", path(noteId)),
  };
}

export function attachmentCalls(call: Call) {
  const path = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}`;
  const listShared = ({ signal, ...query }: PageOptions = {}) =>
    call<wire.SharedAttachmentPage>("GET", "/attachments", { query: { scope: "shared", ...query }, signal });
  return {
    /** Returns one page of the files that other people share with the caller without the notes of these files, the newest file first. */
    listShared,
    /** Yields all files of `listShared`, page by page. */
    iterateShared: (options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => listShared({ ...options, ...(cursor !== undefined && { cursor }) })),
    get: (attachmentId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<wire.Attachment>("GET", path(attachmentId), { signal }),
    /** Renames a file whose state is `ready`. Throws `invalid_filename` if the content of the file does not match the new filename. */
    rename: (attachmentId: string, filename: string) =>
      call<wire.Attachment>("PATCH", path(attachmentId), { body: { filename } }),
    /**
     * Moves a ready file to another note. `fromNoteId`: the note that has the file now. If the other note has another owner, the service
     * copies the file and moves the original to the trash. The copy has a new id, and only an `idempotencyKey` makes a repeated call safe.
     * Throws `attachment_moved` if the file is meanwhile in a third note.
     */
    move: (attachmentId: string, body: wire.MoveAttachmentBody, { idempotencyKey, signal }: Repeatable = {}) =>
      call<wire.Attachment>("POST", `${path(attachmentId)}/move`, { body, signal, headers: keyHeader(idempotencyKey) }),
    /** Copies a ready file to a note. Repeated calls with the same `idempotencyKey`, file and note make only one copy. */
    copy: (attachmentId: string, body: wire.CopyAttachmentBody, { idempotencyKey, signal }: Repeatable = {}) =>
      call<wire.Attachment>("POST", `${path(attachmentId)}/copy`, { body, signal, headers: keyHeader(idempotencyKey) }),
    /**
     * Returns how many people would lose access if the given files of one note moved to another note. Moves no file. Accepts at most 1,000
     * files.
     */
    describeMove: (body: wire.MoveEffectsBody, { signal }: Signal = {}) =>
      call<wire.MoveEffects>("POST", "/attachments/move-effects", { body, signal }),
    /** Starts the uploads of preview pictures. Returns a signed PUT or a problem for each picture, in the order of the request. */
    startPreviews: (body: wire.StartPreviewsBody, { signal }: Signal = {}) =>
      call<wire.StartedPreviews>("POST", "/attachments/previews", { body, signal }),
    /**
     * Asks the service to verify stored preview pictures. An invalid picture gets the problem `preview_invalid`, and nobody ever sees the
     * picture.
     */
    completePreviews: (body: wire.CompletePreviewsBody, { signal }: Signal = {}) =>
      call<wire.CompletedPreviews>("POST", "/attachments/previews/complete", { body, signal }),
    /** Records that the caller has seen the file. The `isNew` of the file becomes false. */
    markSeen: (attachmentId: string) => call<void>("PUT", `${path(attachmentId)}/seen`),
    /** Deletes an attachment. If the service has a trash, `trash.restore` can restore the attachment until its purge. */
    remove: (attachmentId: string) => call<void>("DELETE", path(attachmentId)),
    /** Accepts or rejects a quarantined file that a visitor sent. The service deletes the object of a rejected file. */
    review: (attachmentId: string, decision: "accept" | "reject") =>
      call<wire.Attachment>("POST", `${path(attachmentId)}/review`, { body: { decision } }),
  };
}

/** The maximum number of attachment ids in one request. */
const MAX_BATCH = 1000;

/**
 * `expiresIn`: the lifetime of the URL in seconds, default 60. The service refuses an `expiresIn` outside of the permitted range.
 * `purpose`: the purpose of the URL in the audit event, by default `view` for an inline URL and `download` for all other URLs.
 */
export type UrlOptions = {
  expiresIn?: number;
  purpose?: wire.UrlPurpose;
  /**
   * The name of a preview picture, if the URL is for this picture. The URL of a preview picture is always inline. The default `purpose` for
   * a small picture is `thumbnail`.
   */
  preview?: wire.PreviewName;
  signal?: AbortSignal | undefined;
};

/**
 * `attachment` makes the browser save the file. `inline` makes the browser show a file of a safe type, and save all other files. Default:
 * `attachment`.
 */
export type Disposition = { disposition?: "attachment" | "inline" };

/**
 * With `cacheable`, calls within half of `expiresIn` return the same URL, so that the browser can cache the file. The URL is valid for at
 * least half of `expiresIn`, until `expiresAt`. Only for inline URLs. Default: false.
 */
export type Cacheable = { cacheable?: boolean };

export function urlCalls(call: Call) {
  return {
    /**
     * Issues a presigned URL of a file. Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `expires_in_out_of_range`.
     */
    urlFor: (attachmentId: string, { signal, ...query }: UrlOptions & Disposition & Cacheable = {}) =>
      call<wire.FileUrl>("GET", `/attachments/${encodeURIComponent(attachmentId)}/url`, {
        query: { ...query },
        signal,
      }),

    /**
     * Issues presigned URLs of many files. Returns a URL or an error code for each file, in the order of the ids. Sends one request for
     * each 1,000 ids. `cacheable` is only for previews.
     */
    async urlsFor(
      attachmentIds: readonly string[],
      { signal, ...options }: UrlOptions & Cacheable = {},
    ): Promise<wire.FileUrls["urls"]> {
      const urls: wire.FileUrls["urls"] = [];
      for (let start = 0; start < attachmentIds.length; start += MAX_BATCH) {
        const batch = { attachmentIds: attachmentIds.slice(start, start + MAX_BATCH), ...options };
        urls.push(...(await call<wire.FileUrls>("POST", "/attachments/urls", { body: batch, signal })).urls);
      }
      return urls;
    },
  };
}

/** A deleted note or a deleted file. */
export type TrashSubject = { noteId: string } | { attachmentId: string };

/** Calls for the deleted notes and files in the trash. Each list starts with the item that was deleted last. */
export function trashCalls(call: Call) {
  const list = ({ signal, ...query }: PageOptions = {}) =>
    call<wire.TrashPage>("GET", "/trash", { query: { ...query }, signal });
  const path = (subject: TrashSubject) =>
    "noteId" in subject
      ? `/trash/notes/${encodeURIComponent(subject.noteId)}`
      : `/trash/attachments/${encodeURIComponent(subject.attachmentId)}`;
  return {
    /** Returns one page of the items in the trash. */
    list,
    /** Yields all items in the trash, page by page. */
    iterate: (options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
    /** Restores a note with its files and shares, or a file with its shares. Does not restore links. */
    restore: (subject: TrashSubject) => call<void>("POST", `${path(subject)}/restore`),
    /** Deletes a note or a file in the trash permanently. */
    remove: (subject: TrashSubject) => call<void>("DELETE", path(subject)),
  };
}

/** `noteId`: the note whose activity the call returns. Default: all notes of the caller. */
type Subject = { noteId?: string };

/**
 * `omit`: leave out the events for URLs of thumbnails, for renewed URLs, and for URLs with which owners view their own files. Default:
 * `include`.
 */
type Filter = { routine?: wire.ActivityQuery["routine"] };

/** Calls for `/activity` and `/notes/:noteId/activity`. Each list starts with the newest event. */
export function activityCalls(call: Call) {
  const pathOf = (noteId: string | undefined) =>
    noteId === undefined ? "/activity" : `/notes/${encodeURIComponent(noteId)}/activity`;
  const list = ({ noteId, signal, ...query }: Subject & Filter & PageOptions = {}) =>
    call<wire.AuditEventPage>("GET", pathOf(noteId), { query: { ...query }, signal });
  return {
    /** Returns one page of events. */
    list,
    /** Returns the numbers of downloads in the last 31 days, for intervals of 15 minutes. */
    downloads: ({ noteId, signal }: Subject & Pick<PageOptions, "signal"> = {}) =>
      call<wire.Downloads>("GET", `${pathOf(noteId)}/downloads`, { signal }),
    /** Yields all events, page by page. */
    iterate: (options: Subject & Filter & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
  };
}
