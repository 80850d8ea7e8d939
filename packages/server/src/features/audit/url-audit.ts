import { createBatching } from "../../platform/database/batching.ts";
import { DomainError } from "../../platform/errors.ts";
import type { AuditEvent } from "./audit-event.ts";

/** Writes the audit events about URLs. Several of these events share one commit, because there are many of them and they are small. */
export type UrlAuditLog = {
  /** Resolves when the event is on disk, within a few milliseconds. Rejects with `database_unavailable`. */
  record(event: AuditEvent): Promise<void>;
  /** Checks that an event could be recorded now. Rejects with `database_unavailable` or `storage_full`. */
  probe(): Promise<void>;
  /** Writes the events that are still waiting, and accepts no more events. */
  close(): Promise<void>;
};

// All events of a batch share the cost of one commit. A larger batch would save little more time, and its events would wait longer.
const MAX_BATCH_EVENTS = 500;

/**
 * Creates the log of URL events, which commits events in batches. While one commit runs, the log collects the events for the next commit.
 * `write` makes a batch durable, or rejects with `database_unavailable`.
 */
export function createUrlAuditLog(
  write: (events: AuditEvent[]) => Promise<void>,
): Pick<UrlAuditLog, "record" | "close"> {
  const commits = createBatching({
    run: write,
    maxBatchItems: MAX_BATCH_EVENTS,
    maxRunning: 1,
    closedError: () => new DomainError("database_unavailable", "The audit log is closed"),
  });
  return { record: commits.add, close: commits.close };
}

// Each parameter is an array with the values of one column. So the SQL is the same for any number of events, and PostgreSQL prepares it
// only once. If the response to an earlier try was lost, an event may already be stored.
