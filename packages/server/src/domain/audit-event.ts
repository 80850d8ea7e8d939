/** What the audit log can say; an event's name is `noun.what-happened`. */
export type AuditAction =
  | "note.created"
  | "note.updated"
  | "note.deleted"
  | "attachment.uploaded"
  | "attachment.rejected"
  | "attachment.adopted"
  | "attachment.deleted"
  | "share.granted"
  | "share.revoked"
  | "url.issued"
  | "url.refused";

/**
 * One line of the audit log. It never holds a URL, a signature, an object key or a token.
 * `attachmentIds` names every file that the event is about: one for a single URL, up to 1,000 for a batch.
 */
export type AuditEvent = {
  /** UUIDv7: ordered by time. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  action: AuditAction;
  actorId: string;
  noteId: string;
  /** The note's owner when it happened: whose activity this is. */
  ownerId: string;
  attachmentIds: readonly string[];
  /** Small facts for display, such as filename, sizeBytes, userId, role, expiresInSeconds. */
  detail: Readonly<Record<string, string | number | boolean | null>>;
};
