import type { Call } from "../call.ts";
import type { ShareAttachmentBody, ShareNoteBody, Shares, SharesWithResults } from "../wire.ts";

/** The note or the attachment that is shared. A shared note includes all its files. */
export type ShareSubject = { noteId: string } | { attachmentId: string };

/** The calls for the shares of a note or an attachment. People who get a shared attachment can only view and download it. */
export type ShareCalls = {
  /**
   * Shares with users by id or email address. A user who already has a share gets the new role and expiry. An email address gets an
   * invitation, whether or not it has an account. Returns all shares and open invitations of this note or attachment.
   * `results` has one result for each receiver: first `userIds`, then `emails`, in the order of the request.
   */
  put(subject: { noteId: string }, receivers: ShareNoteBody): Promise<SharesWithResults>;
  put(subject: { attachmentId: string }, receivers: ShareAttachmentBody): Promise<SharesWithResults>;
  list(subject: ShareSubject, options?: { signal?: AbortSignal }): Promise<Shares>;
  /**
   * Revokes a share. From the next request on, the user no longer has the access of this share.
   * URLs that the user already has stay valid until they expire.
   */
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
