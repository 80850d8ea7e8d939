import type { Call } from "../call.ts";
import type { ShareAttachmentBody, ShareNoteBody, Shares } from "../wire.ts";

/** What is shared: a note with all its files, or one file alone. */
export type ShareSubject = { noteId: string } | { attachmentId: string };

/** The shares of a note or of an attachment; an attachment is shared with viewers only. */
export type ShareCalls = {
  /** Shares with people by id or address, or changes what they have. Answers all shares of the subject. */
  put(subject: { noteId: string }, receivers: ShareNoteBody): Promise<Shares>;
  put(subject: { attachmentId: string }, receivers: ShareAttachmentBody): Promise<Shares>;
  list(subject: ShareSubject, options?: { signal?: AbortSignal }): Promise<Shares>;
  /** The person's next request is refused; URLs that they have already die by their own expiry. */
  remove(subject: ShareSubject, userId: string): Promise<void>;
};

export function shareCalls(call: Call): ShareCalls {
  const path = (subject: ShareSubject) =>
    "noteId" in subject
      ? `/notes/${encodeURIComponent(subject.noteId)}/shares`
      : `/attachments/${encodeURIComponent(subject.attachmentId)}/shares`;
  return {
    put: (subject: ShareSubject, receivers: ShareNoteBody) => call("PUT", path(subject), { body: receivers }),
    list: (subject, { signal } = {}) => call("GET", path(subject), { signal }),
    remove: (subject, userId) => call("DELETE", `${path(subject)}/${encodeURIComponent(userId)}`),
  };
}
