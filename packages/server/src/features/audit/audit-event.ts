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
  | "link.opened"
  | "link.claimed"
  | "link.received"
  | "url.issued"
  | "url.refused";

/**
 * One event of the audit log. An event never contains a URL, a signature, an object key or a token.
 * An event about one URL has one id in `attachmentIds`. An event about a batch of URLs has up to 1,000 ids.
 */
export type AuditEvent = {
  /** A UUIDv7, so that ids sort by time. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  action: AuditAction;
  actorId: string;
  noteId: string;
  /** The owner of the note. This owner's activity list shows the event. */
  ownerId: string;
  attachmentIds: readonly string[];
  /** Facts that pages show with the event, such as filename, sizeBytes, userId, role, expiresInSeconds and purpose. */
  detail: Readonly<Record<string, string | number | boolean | null>>;
};
