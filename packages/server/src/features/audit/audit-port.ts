import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { AuditEvent } from "./audit-event.ts";

/** Writes all audit events, except the events about URLs. Call it in the transaction that makes the change. */
export type AuditWriter = { add(...events: readonly AuditEvent[]): Promise<void> };

/** Writes the audit events about URLs. Several of these events share one commit, because there are many of them and they are small. */
export type UrlAuditLog = {
  /** Resolves when the event is on disk, within a few milliseconds. Rejects with `database_unavailable`. */
  record(event: AuditEvent): Promise<void>;
  /** Checks that an event could be recorded now. Rejects with `database_unavailable` or `storage_full`. */
  probe(): Promise<void>;
  /** Writes the events that are still waiting, and accepts no more events. */
  close(): Promise<void>;
};

/** Stores old audit events outside the database. */
export type AuditArchive = {
  /** Resolves when the events are on disk. The caller may append the same event twice. */
  append(events: readonly AuditEvent[]): Promise<void>;
};

/** Which page of audit events to return. `routine`: whether the page includes routine events (features/audit/url-purpose.ts). Default: include. */
export type AuditPageRequest = PageRequest & { routine?: "include" | "omit" };

/** Downloads in steps of time, oldest first. `countedSince`: the query counted all events from this instant on. Milliseconds. */
export type DownloadSteps = { countedSince: number; steps: { at: number; count: number }[] };

export type AuditQueries = AuditWriter & {
  listOfNote(noteId: string, page: AuditPageRequest): Promise<Page<AuditEvent>>;
  listOfOwner(ownerId: string, page: AuditPageRequest): Promise<Page<AuditEvent>>;
  /**
   * Counts the downloaded files of a note or an owner since an instant, in steps of `stepMs`. Reads at most `limit` of the newest events,
   * so that its time does not depend on the size of the audit log.
   */
  countDownloads(
    of: { noteId: string } | { ownerId: string },
    options: { since: number; stepMs: number; limit: number },
  ): Promise<DownloadSteps>;
  /** Lists the events whose `detail.linkId` is this link. */
  listOfLink(link: { linkId: string; ownerId: string }, page: PageRequest): Promise<Page<AuditEvent>>;
  /** Returns the next owner who has events: the lowest owner id after `after`. Returns undefined if there is no such owner. */
  nextOwner(after: string): Promise<string | undefined>;
  /** Lists the events of an owner that are older than `before`, the oldest first. */
  listOldest(ownerId: string, options: { before: number; limit: number }): Promise<AuditEvent[]>;
  deleteOfOwner(ownerId: string, ids: readonly string[]): Promise<void>;
};
