import type { AuditEvent } from "../../domain/audit-event.ts";
import type { Page, PageRequest } from "./page.ts";

/** Writes all events except URL events. Call it in the transaction that makes the change. */
export type AuditWriter = { add(...events: readonly AuditEvent[]): Promise<void> };

/** Writes the audit events about URLs. These events are many and small, so several events share one commit. */
export type UrlAuditLog = {
  /** Resolves when the event is on disk, within a few milliseconds. Rejects with `database_unavailable`. */
  record(event: AuditEvent): Promise<void>;
  /** Checks that an event could be recorded now. Rejects with `database_unavailable` or `storage_full`. */
  probe(): Promise<void>;
  /** Writes the events that still wait, and accepts no further events. */
  close(): Promise<void>;
};

/** Stores old audit events outside of the database. */
export type AuditArchive = {
  /** Resolves when the events are on disk. The caller may append the same event twice. */
  append(events: readonly AuditEvent[]): Promise<void>;
};

/** A request for a page of audit events. `routine`: whether the page includes routine events (domain/url-purpose.ts). Default: include. */
export type AuditPageRequest = PageRequest & { routine?: "include" | "omit" };

export type AuditQueries = AuditWriter & {
  listOfNote(noteId: string, page: AuditPageRequest): Promise<Page<AuditEvent>>;
  listOfOwner(ownerId: string, page: AuditPageRequest): Promise<Page<AuditEvent>>;
  /** Lists the events whose `detail.linkId` is this link. */
  listOfLink(link: { linkId: string; ownerId: string }, page: PageRequest): Promise<Page<AuditEvent>>;
  /** Returns the id of the first owner after `after` who has events, in the order of the ids. Returns undefined if there is none. */
  nextOwner(after: string): Promise<string | undefined>;
  /** Lists the events of an owner that are older than `before`, the oldest first. */
  listOldest(ownerId: string, options: { before: number; limit: number }): Promise<AuditEvent[]>;
  deleteOfOwner(ownerId: string, ids: readonly string[]): Promise<void>;
};
