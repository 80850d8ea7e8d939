import type { AuditAction } from "../../platform/database/unions.ts";

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
