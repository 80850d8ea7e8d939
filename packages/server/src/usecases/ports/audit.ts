import type { AuditEvent } from "../../domain/audit-event.ts";
import type { Page, PageRequest } from "./page.ts";

/** Business events are written with the change they tell of, in its transaction. */
export type AuditWriter = { add(event: AuditEvent): Promise<void> };

/** URL events are many and small: they share commits. */
export type UrlAuditLog = {
  /** Resolves when the event is on disk, at most a few milliseconds later; rejects with `database_unavailable`. */
  record(event: AuditEvent): Promise<void>;
  /** Writes out what is waiting, and takes no more. */
  close(): Promise<void>;
};

export type AuditQueries = AuditWriter & {
  listOfNote(noteId: string, page: PageRequest): Promise<Page<AuditEvent>>;
  listOfOwner(ownerId: string, page: PageRequest): Promise<Page<AuditEvent>>;
};
