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
 * One event of the audit log. It never contains a URL, a signature, an object key or a token.
 * `attachmentIds` contains one id for a single URL, and up to 1,000 ids for a batch of URLs.
 */
export type AuditEvent = {
  /** A UUIDv7, so that ids sort by time. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  action: AuditAction;
  actorId: string;
  noteId: string;
  /** The owner of the note, who sees this event in the list of their activity. */
  ownerId: string;
  attachmentIds: readonly string[];
  /** Facts for display, such as filename, sizeBytes, userId, role, expiresInSeconds and purpose. */
  detail: Readonly<Record<string, string | number | boolean | null>>;
};
