import type { AuditEvent } from "../domain/audit-event.ts";
import { DomainError } from "../domain/errors.ts";
import type { UrlAuditLog } from "../usecases/ports/index.ts";
import { createBatching } from "./batching.ts";

// A commit's cost is shared by all in it; beyond this there is little left to share, and the last would wait for the first.
const MAX_BATCH_EVENTS = 500;

/**
 * The log of URL events over an engine's way to write many durably: a group commit. While one commit is under way the next one's
 * events gather. `write` rejects with `database_unavailable`.
 */
export function createUrlAuditLog(write: (events: AuditEvent[]) => Promise<void>): UrlAuditLog {
  const commits = createBatching({
    run: write,
    maxBatchItems: MAX_BATCH_EVENTS,
    maxRunning: 1,
    closedError: () => new DomainError("database_unavailable", "The audit log is closed"),
  });
  return { record: commits.add, close: commits.close };
}
