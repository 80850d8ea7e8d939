import { createBatching } from "../../platform/database/batching.ts";
import { DomainError } from "../../platform/errors.ts";
import type { AuditEvent } from "./audit-event.ts";
import type { UrlAuditLog } from "./audit-port.ts";

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
