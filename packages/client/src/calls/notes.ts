import { type Call, iteratePages, keyHeader, type PageOptions } from "../call.ts";
import type {
  ActivityQuery,
  Attachment,
  AttachmentPage,
  AuditEventPage,
  CompletedPreviews,
  CompletePreviewsBody,
  CopyAttachmentBody,
  CreateNoteBody,
  Downloads,
  FileUrl,
  FileUrls,
  ListNotesQuery,
  MoveAttachmentBody,
  MoveEffects,
  MoveEffectsBody,
  Note,
  NotePage,
  PreviewName,
  SharedAttachmentPage,
  StartedPreviews,
  StartPreviewsBody,
  TrashPage,
  UpdateNoteBody,
  UrlPurpose,
} from "../wire.ts";

type Signal = { signal?: AbortSignal };
/** A repeated call with one `idempotencyKey` has the effect of one call. */
type Repeatable = Signal & { idempotencyKey?: string };
/** `owned`: the notes of the caller. `shared`: the notes that are shared with the caller. By default, `scope` is `owned`. */
type Scope = { scope?: ListNotesQuery["scope"] };
/** `sort`: only for `owned`, without `q`. The default of `sort` is `created`. */
type Sort = { sort?: ListNotesQuery["sort"] };
/**
 * Selects only notes with the text of `q` in the title, the body or a filename. The search text has 1 to 200 characters. The search ignores
 * the case of letters.
 */
type Search = { q?: string };

export function noteCalls(call: Call) {
  const path = (noteId: string) => `/notes/${encodeURIComponent(noteId)}`;
  const list = ({ signal, ...query }: Scope & Sort & Search & PageOptions = {}) =>
    call<NotePage>("GET", "/notes", { query: { ...query }, signal });
  const listAttachments = (noteId: string, { signal, ...query }: PageOptions = {}) =>
    call<AttachmentPage>("GET", `${path(noteId)}/attachments`, { query: { ...query }, signal });
  return {
    /** `idempotencyKey`: a repeated call with an equal key returns the note of the first call. */
    create: (note: CreateNoteBody, { signal, idempotencyKey }: Signal & { idempotencyKey?: string } = {}) =>
      call<Note>("POST", "/notes", { body: note, headers: keyHeader(idempotencyKey), signal }),
    /** Returns one page of notes, the pinned notes first. The member `snippet` is the start of the body of a note. */
    list,
    /** Yields every note, page by page, with the members of a note in `list`. */
    iterate: (options: Scope & Sort & Search & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
    /**
     * Returns the note with the first page of its attachments. For the next page of attachments, pass `attachmentsCursor` to
     * `listAttachments`.
     */
    get: (noteId: string, { signal }: Signal = {}) => call<Note>("GET", path(noteId), { signal }),
    /** Returns one page of the attachments of a note, in order of creation. */
    listAttachments,
    /** Yields every attachment of a note, page by page. */
    iterateAttachments: (noteId: string, options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => listAttachments(noteId, { ...options, ...(cursor !== undefined && { cursor }) })),
    /**
     * Changes the title, the content or another part of a note. With `ifUpdatedAt`, the call throws `note_changed` if the note has changed
     * since the instant `ifUpdatedAt`.
     */
    update: (noteId: string, changes: UpdateNoteBody) => call<Note>("PATCH", path(noteId), { body: changes }),
    /** Records that the caller has seen the note, so that `isNew` of the note becomes false. */
    markSeen: (noteId: string) => call<void>("PUT", `${path(noteId)}/seen`),
    /** Puts the note first in the lists of the caller. Throws `too_many_pins`. */
    pin: (noteId: string) => call<void>("PUT", `${path(noteId)}/pin`),
    unpin: (noteId: string) => call<void>("DELETE", `${path(noteId)}/pin`),
    /**
     * Deletes the note with its attachments and shares. If the service has a trash, `trash.restore` can restore a deleted note for a while.
     */
    remove: (noteId: string) => call<void>("DELETE", path(noteId)),
  };
}

export function attachmentCalls(call: Call) {
  const path = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}`;
  const listShared = ({ signal, ...query }: PageOptions = {}) =>
    call<SharedAttachmentPage>("GET", "/attachments", { query: { scope: "shared", ...query }, signal });
  return {
    /** Returns one page of the files that are shared with the caller without their notes, the newest file first. */
    listShared,
    /** Yields every file of `listShared`, page by page. */
    iterateShared: (options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => listShared({ ...options, ...(cursor !== undefined && { cursor }) })),
    get: (attachmentId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<Attachment>("GET", path(attachmentId), { signal }),
    /** Renames a ready file. Throws `invalid_filename` if the content of the file does not match the new filename. */
    rename: (attachmentId: string, filename: string) =>
      call<Attachment>("PATCH", path(attachmentId), { body: { filename } }),
    /**
     * Moves a ready file to another note. `fromNoteId`: the note in which you found the file. To a note of another owner, the service copies
     * the file and moves the original to the trash. The returned file then has another id, and a repetition needs `idempotencyKey`.
     * Throws `attachment_moved` if the file is in a third note by now.
     */
    move: (attachmentId: string, body: MoveAttachmentBody, { idempotencyKey, signal }: Repeatable = {}) =>
      call<Attachment>("POST", `${path(attachmentId)}/move`, { body, signal, headers: keyHeader(idempotencyKey) }),
    /** Copies a ready file to a note. A repeated call with one `idempotencyKey`, file and note returns one copy. */
    copy: (attachmentId: string, body: CopyAttachmentBody, { idempotencyKey, signal }: Repeatable = {}) =>
      call<Attachment>("POST", `${path(attachmentId)}/copy`, { body, signal, headers: keyHeader(idempotencyKey) }),
    /**
     * Counts the people who lose access if the given files of one note move to another note. A call of `describeMove` moves no file. One
     * call can name at most 1,000 files.
     */
    describeMove: (body: MoveEffectsBody, { signal }: Signal = {}) =>
      call<MoveEffects>("POST", "/attachments/move-effects", { body, signal }),
    /** Starts the uploads of preview pictures. The result has a signed PUT or a problem for each picture, in the order of the list. */
    startPreviews: (body: StartPreviewsBody, { signal }: Signal = {}) =>
      call<StartedPreviews>("POST", "/attachments/previews", { body, signal }),
    /** Asks the service to verify stored preview pictures. A wrong picture has the problem `preview_invalid`, and never shows. */
    completePreviews: (body: CompletePreviewsBody, { signal }: Signal = {}) =>
      call<CompletedPreviews>("POST", "/attachments/previews/complete", { body, signal }),
    /** Records that the caller has seen the file, so that `isNew` of the file becomes false. */
    markSeen: (attachmentId: string) => call<void>("PUT", `${path(attachmentId)}/seen`),
    /** Deletes an attachment. If the service has a trash, `trash.restore` can restore the attachment for a while. */
    remove: (attachmentId: string) => call<void>("DELETE", path(attachmentId)),
    /** Accepts or rejects the quarantined file of a visitor. The service deletes a rejected file from the bucket. */
    review: (attachmentId: string, decision: "accept" | "reject") =>
      call<Attachment>("POST", `${path(attachmentId)}/review`, { body: { decision } }),
  };
}

/** The maximum number of ids in one request. */
const MAX_BATCH = 1000;

/**
 * `expiresIn` is the lifetime of the URL in seconds. The default of `expiresIn` is 60. The service refuses an `expiresIn` outside its
 * range. `purpose` is the purpose of the URL in the audit event. The default of `purpose` is `view` for an inline URL, and `download` for
 * every other URL.
 */
export type UrlOptions = {
  expiresIn?: number;
  purpose?: UrlPurpose;
  /** Issues the URL of a preview picture, which is always inline. The default of `purpose` is `thumbnail` for a small picture. */
  preview?: PreviewName;
  signal?: AbortSignal | undefined;
};

/**
 * The default of `disposition` is `attachment`, which saves the file. With `inline`, the browser shows a file with a safe type, and saves
 * every other file.
 */
export type Disposition = { disposition?: "attachment" | "inline" };

/**
 * With `cacheable`, calls within half of `expiresIn` return one URL, so that the browser cache works. A cacheable URL is valid for at least
 * half of `expiresIn`. `expiresAt` is the expiry of the URL. `cacheable` is only for inline URLs. The default of `cacheable` is false.
 */
export type Cacheable = { cacheable?: boolean };

export function urlCalls(call: Call) {
  return {
    /**
     * Issues a presigned URL of a file. Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `expires_in_out_of_range`.
     */
    urlFor: (attachmentId: string, { signal, ...query }: UrlOptions & Disposition & Cacheable = {}) =>
      call<FileUrl>("GET", `/attachments/${encodeURIComponent(attachmentId)}/url`, { query: { ...query }, signal }),

    /**
     * Issues presigned URLs of many files. The result has a URL or an error code for each file, in the order of the ids. The call sends one
     * request for each 1,000 ids. The option `cacheable` is only for previews.
     */
    async urlsFor(
      attachmentIds: readonly string[],
      { signal, ...options }: UrlOptions & Cacheable = {},
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

/** The subject is a deleted note or a deleted file. */
export type TrashSubject = { noteId: string } | { attachmentId: string };

/** The calls for deleted notes and files in the trash. Each list of the trash starts with the item that was deleted last. */
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
    /** Yields every item in the trash, page by page. */
    iterate: (options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
    /** Restores a note with its files and shares, or a file with its shares. The function `restore` does not restore links. */
    restore: (subject: TrashSubject) => call<void>("POST", `${path(subject)}/restore`),
    /** Deletes a note or a file from the trash permanently. */
    remove: (subject: TrashSubject) => call<void>("DELETE", path(subject)),
  };
}

/** The member `noteId` selects the activity of one note. Without `noteId`, the calls select the activity of all notes of the caller. */
type Subject = { noteId?: string };

/**
 * The value `omit` excludes URLs of thumbnails, renewed URLs, and the URLs with which owners view their own files. The default of `routine`
 * is `include`.
 */
type Filter = { routine?: ActivityQuery["routine"] };

/** The calls to `/activity` and `/notes/:noteId/activity`. Each list of activity starts with the newest event. */
export function activityCalls(call: Call) {
  const pathOf = (noteId: string | undefined) =>
    noteId === undefined ? "/activity" : `/notes/${encodeURIComponent(noteId)}/activity`;
  const list = ({ noteId, signal, ...query }: Subject & Filter & PageOptions = {}) =>
    call<AuditEventPage>("GET", pathOf(noteId), { query: { ...query }, signal });
  return {
    /** Returns one page of the activity. */
    list,
    /** Returns the downloads of the last 31 days, counted in intervals of 15 minutes. */
    downloads: ({ noteId, signal }: Subject & Pick<PageOptions, "signal"> = {}) =>
      call<Downloads>("GET", `${pathOf(noteId)}/downloads`, { signal }),
    /** Yields every event of the activity, page by page. */
    iterate: (options: Subject & Filter & Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => list({ ...options, ...(cursor !== undefined && { cursor }) })),
  };
}
