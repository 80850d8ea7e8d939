import type { Call, PageOptions } from "../call.ts";
import { keyHeader } from "../call.ts";
import type * as wire from "../wire.ts";

/** The note or the attachment to share. A share of a note includes all files of the note. */
export type ShareSubject = { noteId: string } | { attachmentId: string };

/** Calls for the shares of a note or an attachment. A share of an attachment only lets users view and download this attachment. */
type ShareCalls = {
  /**
   * Shares a note or an attachment with users, by id or by email address. A user who already has a share gets the new role and expiry. Each
   * email address gets an invitation, even if it belongs to no account. Returns all shares and open invitations of the note or attachment.
   * `results` has one entry for each receiver: first for `userIds`, then for `emails`, in the order of the request.
   */
  put(subject: { noteId: string }, receivers: wire.ShareNoteBody): Promise<wire.SharesWithResults>;
  put(subject: { attachmentId: string }, receivers: wire.ShareAttachmentBody): Promise<wire.SharesWithResults>;
  list(subject: ShareSubject, options?: { signal?: AbortSignal }): Promise<wire.Shares>;
  /**
   * Revokes a share of a note or an attachment. The user has no access from the next request on. URLs that the user already has work until
   * they expire.
   */
  remove(subject: ShareSubject, userId: string): Promise<void>;
};

export function shareCalls(call: Call): ShareCalls {
  const path = (subject: ShareSubject) =>
    "noteId" in subject
      ? `/notes/${encodeURIComponent(subject.noteId)}/shares`
      : `/attachments/${encodeURIComponent(subject.attachmentId)}/shares`;
  return {
    put: (subject: ShareSubject, receivers: wire.ShareNoteBody) => call("PUT", path(subject), { body: receivers }),
    list: (subject, { signal } = {}) => call("GET", path(subject), { signal }),
    remove: (subject, userId) => call("DELETE", `${path(subject)}/${encodeURIComponent(userId)}`),
  };
}

/**
 * Calls for invitations. The owner of a note identifies an invitation by its id. The invited person identifies an invitation by the token
 * in the link.
 */
export function invitationCalls(call: Call) {
  const one = (invitationId: string) => `/invitations/${encodeURIComponent(invitationId)}`;
  return {
    /** Returns the note, file or account that an invitation opens. Needs no credentials, and changes nothing. */
    look: (token: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<wire.OpenInvitation>("POST", "/invitations/look", { body: { token }, signal }),
    /** Accepts an invitation. The caller gets the share of the invitation. */
    redeem: (token: string) => call<wire.RedeemedInvitation>("POST", "/invitations/redeem", { body: { token } }),
    /** Changes an open invitation. With `newLink: true`, the invitation gets a new link, and the old link stops working. */
    update: (invitationId: string, change: wire.UpdateInvitationBody) =>
      call<wire.Invitation>("PATCH", one(invitationId), { body: change }),
    /** Revokes an invitation. A person who has access only through this invitation loses the access. */
    revoke: (invitationId: string) => call<void>("DELETE", one(invitationId)),
  };
}

/** Calls for requests for access to notes. */
export function accessRequestCalls(call: Call) {
  const ofNote = (noteId: string) => `/notes/${encodeURIComponent(noteId)}/access-requests`;
  const one = (noteId: string, userId: string) => `${ofNote(noteId)}/${encodeURIComponent(userId)}`;
  return {
    /** Requests access to a note from its owner. The response is the same if the note does not exist. */
    ask: (noteId: string) => call<void>("POST", ofNote(noteId)),
    /** Returns the open requests for access to a note. Only for the owner of the note. */
    list: (noteId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<wire.AccessRequests>("GET", ofNote(noteId), { signal }),
    /** Shares a note with a person who has requested access. */
    grant: (noteId: string, userId: string, access: wire.GrantAccessBody) =>
      call<void>("PUT", one(noteId, userId), { body: access }),
    dismiss: (noteId: string, userId: string) => call<void>("DELETE", one(noteId, userId)),
  };
}

type CreateLinkOptions = { idempotencyKey?: string };

/** Calls for links and file requests of people with an account. Each list starts with the newest link. */
export function linkCalls(call: Call) {
  const ofNote = (noteId: string) => `/notes/${encodeURIComponent(noteId)}/links`;
  const ofFile = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}/links`;
  const one = (linkId: string) => `/links/${encodeURIComponent(linkId)}`;
  const page = <Page>(path: string, { signal, ...query }: PageOptions & { kind?: wire.LinkKind }) =>
    call<Page>("GET", path, { query: { ...query }, signal });
  return {
    /**
     * Makes a link to all or some files of a note, or a file request. A repeated call with the same `idempotencyKey` and settings returns
     * the link of the first call.
     */
    create: (noteId: string, link: wire.CreateLinkBody = {}, { idempotencyKey }: CreateLinkOptions = {}) =>
      call<wire.Link>("POST", ofNote(noteId), { body: link, headers: keyHeader(idempotencyKey) }),
    /** Makes a link to one file. `idempotencyKey` works as for `create`. */
    createForFile: (
      attachmentId: string,
      link: wire.CreateFileLinkBody = {},
      { idempotencyKey }: CreateLinkOptions = {},
    ) => call<wire.Link>("POST", ofFile(attachmentId), { body: link, headers: keyHeader(idempotencyKey) }),
    /** Returns one page of links: the links of the caller's own notes, and the links that the caller made and may still edit. */
    list: (options: PageOptions & { kind?: wire.LinkKind } = {}) => page<wire.LinkPage>("/links", options),
    /** Returns one page of the links of a note. */
    ofNote: (noteId: string, options: PageOptions = {}) => page<wire.LinkPage>(ofNote(noteId), options),
    /** Returns one page of the links to some files that include the given file. Leaves out the links to the whole note. */
    ofFile: (attachmentId: string, options: PageOptions = {}) => page<wire.LinkPage>(ofFile(attachmentId), options),
    get: (linkId: string, { signal }: { signal?: AbortSignal } = {}) => call<wire.Link>("GET", one(linkId), { signal }),
    /** Edits a link. With `newUrl: true`, the link gets a new URL, and the old URL stops working. */
    update: (linkId: string, change: wire.UpdateLinkBody) => call<wire.Link>("PATCH", one(linkId), { body: change }),
    /** Revokes a link. Download URLs that visitors already have work until `lastUrlExpiresAt`. */
    revoke: (linkId: string) => call<wire.RevokedLink>("DELETE", one(linkId)),
    /**
     * Mails the URL of a link to all given people, or to nobody if the call fails. Replies go to the email address of the caller, who must
     * have proven the address. A repeated call with the same `idempotencyKey`, people and message sends no second mail.
     */
    send: (linkId: string, mail: wire.SendLinkBody, { idempotencyKey }: CreateLinkOptions = {}) =>
      call<wire.SentLink>("POST", `${one(linkId)}/mails`, { body: mail, headers: keyHeader(idempotencyKey) }),
    /** Returns one page of the people who got the link by mail, and whether each person has opened and used the link. */
    receivers: (linkId: string, options: PageOptions = {}) =>
      page<wire.LinkReceiverPage>(`${one(linkId)}/mails`, options),
    /** Returns one page of the audit events of a link. */
    events: (linkId: string, options: PageOptions = {}) => page<wire.AuditEventPage>(`${one(linkId)}/events`, options),
  };
}
