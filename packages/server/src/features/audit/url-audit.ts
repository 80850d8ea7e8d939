import { createBatching } from "../../platform/database/batching.ts";
import type { RunNamed } from "../../platform/database/postgres/statements.ts";
import { DomainError } from "../../platform/errors.ts";
import { type AuditEvent, auditColumns, toAuditRow } from "./audit-event.ts";

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
const INSERT = `insert into audit_events (${auditColumns.join(", ")})
select * from unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::int2[])
on conflict do nothing`;

/** Opens the log of URL events on PostgreSQL. The log writes a batch with one statement and one commit. */
export function openPostgresUrlAudit(run: RunNamed): UrlAuditLog {
  async function insert(events: AuditEvent[]): Promise<void> {
    const rows = events.map(toAuditRow);
    const values = auditColumns.map((column) => rows.map((row) => row[column]));
    await run({ name: "vk_url_audit", text: INSERT, values });
  }
  const log = createUrlAuditLog(insert);
  return {
    // A read-only PostgreSQL refuses even an insert without rows, so this call detects it.
    probe: () => insert([]),
    // PostgreSQL would refuse the whole batch because of one text with the NUL character. JSON texts escape this character, so they need no
    // check.
    record: (event) => (hasNul(event) ? Promise.reject(invalid()) : log.record(event)),
    close: log.close,
  };
}

function hasNul({ id, actorId, noteId, ownerId }: AuditEvent): boolean {
  return [id, actorId, noteId, ownerId].some((text) => text.includes("\0"));
}

function invalid(): DomainError {
  return new DomainError("invalid_request", "A text contains the NUL character");
}
