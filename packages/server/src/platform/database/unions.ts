/**
 * The state of an attachment. Only a `ready` attachment can be downloaded.
 * - pending: the upload has started
 * - verifying: the service compares the bytes of the object with the client's declaration
 * - scanning: a virus scanner reads the object
 * - quarantined: the file of a visitor waits for a review
 * - rejected: the object differs from the client's declaration, or is infected
 * - aborted, expired: the upload did not complete
 */
export type AttachmentState =
  | "pending"
  | VerificationState
  | "quarantined"
  | "ready"
  | "rejected"
  | "aborted"
  | "expired";

/** All bytes of the file have arrived, but the verification has not ended. */
export type VerificationState = "verifying" | "scanning";

/**
 * The reason of a rejection, for programs. `expectedType` and `detectedType`: content types. `virus`: the name of the virus.
 * - content_mismatch: the bytes have another type than the filename or the content type says
 * - name_mismatch: the filename and the content type name different types
 * - kind_not_accepted: the resource or the file request does not accept the type
 * - infected: the virus scanner found a virus
 * - too_large_to_scan: the virus scanner cannot read a file of this size
 * - not_as_declared: the length, the checksum or a header differs from the declaration
 * - changed: the object changed during the verification
 * - access_ended, request_ended: the sender may not add files any more
 * - declined: the owner declined the file of a visitor
 */
export type FileRejection = {
  code:
    | "content_mismatch"
    | "name_mismatch"
    | "kind_not_accepted"
    | "infected"
    | "too_large_to_scan"
    | "not_as_declared"
    | "changed"
    | "access_ended"
    | "request_ended"
    | "declined";
  expectedType?: string;
  detectedType?: string;
  virus?: string;
};

/**
 * The role of a user on a note or an attachment. A user who is not the owner and has no valid share has no role. A user with a share of one
 * attachment is a viewer of only this attachment.
 */
export type Role = "owner" | "editor" | "viewer";

/** The roles that a share can grant. */
export type ShareRole = Exclude<Role, "owner">;

/** `preview`: a ready picture has no previews. */
export type FileJobKind = "verification" | "preview";

/**
 * `quarantined`: the file of a visitor waits for a review. `removed`: a ready file was deleted permanently. `downloaded`: the service issued
 * a URL of the file.
 */
export type FileEventKind = "quarantined" | "ready" | "rejected" | "removed" | "downloaded";

/** The setting with which the service verifies the tokens of an issuer. The same `sub` claim from two issuers means two users. */
export type JwtIssuer = "jwt-secret" | "jwks";

/** How a user has proven the ownership of an email address. */
export type EmailProof = "operator" | "oidc" | "mail" | JwtIssuer;

/** The topics of mails from the service. A user can turn off the mails of each topic. */
export const mailTopics = ["shares", "expiry", "links", "files", "requests"] as const;

export type MailTopic = (typeof mailTopics)[number];

/** When a user gets the mails of a topic. `daily`: in the daily digest. */
export type MailChoice = "at_once" | "daily" | "never";

/** The kinds of events to which an endpoint can subscribe. A message of the kind `url.issued` summarises several events. */
const webhookEvents = [
  "share.created",
  "link.claimed",
  "upload.ready",
  "upload.rejected",
  "request.received",
  "url.issued",
] as const;

export type WebhookEvent = (typeof webhookEvents)[number];

/** `webhook.test` is the only kind of message to which an endpoint cannot subscribe. */
export type MessageType = WebhookEvent | "webhook.test";

/** The name of an event: a noun and a verb in the past tense. */
export type AuditAction =
  | "note.created"
  | "note.updated"
  | "note.deleted"
  | "note.restored"
  | "note.purged"
  | "attachment.uploaded"
  | "attachment.accepted"
  | "attachment.rejected"
  | "attachment.adopted"
  | "attachment.renamed"
  | "attachment.moved"
  | "attachment.copied"
  | "attachment.deleted"
  | "attachment.restored"
  | "attachment.purged"
  | "share.granted"
  | "share.revoked"
  | "invitation.created"
  | "invitation.updated"
  | "invitation.renewed"
  | "invitation.revoked"
  | "invitation.redeemed"
  | "access.requested"
  | "access.dismissed"
  | "link.created"
  | "link.updated"
  | "link.renewed"
  | "link.revoked"
  | "link.sent"
  | "link.opened"
  | "link.claimed"
  | "link.received"
  | "url.issued"
  | "url.refused";

/** `download`: visitors of the link download files. `upload`: the link is a file request, with which visitors send files. */
export type LinkKind = "download" | "upload";

/** When the service notifies the owner of the note about claims or received files. */
export type LinkNotify = "never" | "first" | "each";

export type AccountLinkKind = "password-reset" | "email-proof" | "email-change" | "passkey-challenge";

/** The name of an action of an administrator: a noun and a verb in the past tense. */
export type AdminAction =
  | "person.made_administrator"
  | "person.email_proven"
  | "person.disabled"
  | "person.enabled"
  | "person.quota_changed"
  | "person.reset_link_made"
  | "person.tokens_revoked"
  | "person.second_factor_removed"
  | "person.email_changed"
  | "person.deleted"
  | "link.revoked"
  | "mail.retried"
  | "webhook.created"
  | "webhook.updated"
  | "webhook.secret_rotated"
  | "webhook.deleted"
  | "policy.changed"
  | "bucket.move_started"
  | "bucket.move_ended"
  | "invitation.created"
  | "invitation.renewed"
  | "invitation.revoked";

/** The name of a kind of mail. */
export type MailName =
  | "password-reset"
  | "email-proof"
  | "email-change"
  | "email-changed"
  | "new-sign-in"
  | "account-changed"
  | "account-closed"
  | "invitation"
  | "account-invitation"
  | "access-request"
  | "link-code"
  | "sent-link"
  | "shares"
  | "expiry"
  | "links"
  | "files"
  | "digest";

/** The languages of the server's mails and of its own pages. */
export const languages = ["en", "de"] as const;

export type Language = (typeof languages)[number];

/** The language for a reader whose language the service does not know. */
export const USUAL_LANGUAGE: Language = "en";

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Facts that a host application stores with a file. The service does not interpret these facts. */
export type Annotations = { tags: readonly string[]; metadata: { readonly [name: string]: Json } };

/**
 * A visitor who sent a file to a file request. `name`: undefined if the visitor entered no name. Nobody checks the name. `slotId`: the slot
 * of the file, or undefined if the file request has no slots.
 */
export type FileVisitor = { fileRequestId: string; name: string | undefined; slotId: string | undefined };
