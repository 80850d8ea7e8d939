import type { Call, PageOptions } from "../call.ts";
import { keyHeader } from "../call.ts";
import type {
  AccessRequests,
  AuditEventPage,
  CreateFileLinkBody,
  CreateLinkBody,
  GrantAccessBody,
  Invitation,
  Link,
  LinkKind,
  LinkPage,
  LinkReceiverPage,
  OpenInvitation,
  RedeemedInvitation,
  RevokedLink,
  SendLinkBody,
  SentLink,
  ShareAttachmentBody,
  ShareNoteBody,
  Shares,
  SharesWithResults,
  UpdateInvitationBody,
  UpdateLinkBody,
} from "../wire.ts";

/** The subject is the note or the attachment that is shared. A shared note includes all its files. */
export type ShareSubject = { noteId: string } | { attachmentId: string };

/** The calls for the shares of a note or an attachment. Users with a share of an attachment can only view and download the attachment. */
type ShareCalls = {
  /**
   * Shares a note with users by id or email address. A user who already has a share gets the new role and expiry. An email address gets an
   * invitation, with or without an account. Returns all shares and open invitations of the note or attachment.
   * The list `results` has one result for each receiver: first for `userIds`, then for `emails`, in the order of the request.
   */
  put(subject: { noteId: string }, receivers: ShareNoteBody): Promise<SharesWithResults>;
  put(subject: { attachmentId: string }, receivers: ShareAttachmentBody): Promise<SharesWithResults>;
  list(subject: ShareSubject, options?: { signal?: AbortSignal }): Promise<Shares>;
  /**
   * Revokes a share of a note or an attachment. From the next request on, the share gives the user no access.
   * URLs that the user already has stay valid until their expiry.
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

/**
 * The calls for invitations. The owner of the note identifies an invitation by its id. The invited person identifies an invitation by the
 * token in the link.
 */
export function invitationCalls(call: Call) {
  const one = (invitationId: string) => `/invitations/${encodeURIComponent(invitationId)}`;
  return {
    /** Returns the note, the file or the account that an invitation opens. The call `look` needs no credentials, and changes nothing. */
    look: (token: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<OpenInvitation>("POST", "/invitations/look", { body: { token }, signal }),
    /** Accepts an invitation, so that the caller gets the access of the invitation. */
    redeem: (token: string) => call<RedeemedInvitation>("POST", "/invitations/redeem", { body: { token } }),
    /** Changes an open invitation. `newLink: true` makes another link for the invitation, and the earlier link stops working. */
    update: (invitationId: string, change: UpdateInvitationBody) =>
      call<Invitation>("PATCH", one(invitationId), { body: change }),
    /** Revokes an invitation. A person who has access only because of the invitation loses the access. */
    revoke: (invitationId: string) => call<void>("DELETE", one(invitationId)),
  };
}

/** The calls for requests for access to notes. */
export function accessRequestCalls(call: Call) {
  const ofNote = (noteId: string) => `/notes/${encodeURIComponent(noteId)}/access-requests`;
  const one = (noteId: string, userId: string) => `${ofNote(noteId)}/${encodeURIComponent(userId)}`;
  return {
    /** Requests access to a note from the owner of the note. The result of `ask` does not show whether the note exists. */
    ask: (noteId: string) => call<void>("POST", ofNote(noteId)),
    /** Returns the open requests for access to a note. Only the owner of the note may call `list`. */
    list: (noteId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<AccessRequests>("GET", ofNote(noteId), { signal }),
    /** Shares the note with a person who asks for access. */
    grant: (noteId: string, userId: string, access: GrantAccessBody) =>
      call<void>("PUT", one(noteId, userId), { body: access }),
    dismiss: (noteId: string, userId: string) => call<void>("DELETE", one(noteId, userId)),
  };
}

type CreateLinkOptions = { idempotencyKey?: string };

/** People with an account use `linkCalls` for links and file requests. Every list of links starts with the newest link. */
export function linkCalls(call: Call) {
  const ofNote = (noteId: string) => `/notes/${encodeURIComponent(noteId)}/links`;
  const ofFile = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}/links`;
  const one = (linkId: string) => `/links/${encodeURIComponent(linkId)}`;
  const page = <Page>(path: string, { signal, ...query }: PageOptions & { kind?: LinkKind }) =>
    call<Page>("GET", path, { query: { ...query }, signal });
  return {
    /**
     * Makes a file request, or a link to all or some files of a note.
     * `idempotencyKey`: a repeated call with an equal key and equal settings returns the link of the first call.
     */
    create: (noteId: string, link: CreateLinkBody = {}, { idempotencyKey }: CreateLinkOptions = {}) =>
      call<Link>("POST", ofNote(noteId), { body: link, headers: keyHeader(idempotencyKey) }),
    /** Makes a link to one file. The option `idempotencyKey` has the meaning that `create` describes. */
    createForFile: (attachmentId: string, link: CreateFileLinkBody = {}, { idempotencyKey }: CreateLinkOptions = {}) =>
      call<Link>("POST", ofFile(attachmentId), { body: link, headers: keyHeader(idempotencyKey) }),
    /** Returns one page of links: links of the caller's own notes, and links that the caller made and may still edit. */
    list: (options: PageOptions & { kind?: LinkKind } = {}) => page<LinkPage>("/links", options),
    /** Returns one page of the links of a note. */
    ofNote: (noteId: string, options: PageOptions = {}) => page<LinkPage>(ofNote(noteId), options),
    /**
     * Returns one page of the links that list a given file. The page excludes links to the whole note, because links to the whole note list
     * no files.
     */
    ofFile: (attachmentId: string, options: PageOptions = {}) => page<LinkPage>(ofFile(attachmentId), options),
    get: (linkId: string, { signal }: { signal?: AbortSignal } = {}) => call<Link>("GET", one(linkId), { signal }),
    /** Edits a link. `newUrl: true` gives the link a new URL, and the earlier URL stops working. */
    update: (linkId: string, change: UpdateLinkBody) => call<Link>("PATCH", one(linkId), { body: change }),
    /** Revokes a link. Until `lastUrlExpiresAt`, URLs that visitors already got from the link still work. */
    revoke: (linkId: string) => call<RevokedLink>("DELETE", one(linkId)),
    /**
     * Sends the URL of a link by mail. Answers go to the caller, whose email address must be proven. Either all people get the mail, or
     * nobody does. `idempotencyKey`: a repeated call with the same key, people and message sends nothing.
     */
    send: (linkId: string, mail: SendLinkBody, { idempotencyKey }: CreateLinkOptions = {}) =>
      call<SentLink>("POST", `${one(linkId)}/mails`, { body: mail, headers: keyHeader(idempotencyKey) }),
    /** Returns one page of the people who got the link by mail, and whether they opened and used it. */
    receivers: (linkId: string, options: PageOptions = {}) => page<LinkReceiverPage>(`${one(linkId)}/mails`, options),
    /** Returns one page of the audit events of a link. */
    events: (linkId: string, options: PageOptions = {}) => page<AuditEventPage>(`${one(linkId)}/events`, options),
  };
}
