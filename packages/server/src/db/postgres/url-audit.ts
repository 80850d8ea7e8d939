import type pg from "pg";
import type { AuditEvent } from "../../domain/audit-event.ts";
import { DomainError } from "../../domain/errors.ts";
import type { UrlAuditLog } from "../../usecases/ports/index.ts";
import { auditColumns, toAuditRow } from "../queries/audit.ts";
import { createUrlAuditLog } from "../url-audit.ts";
import { toPostgresDomainError } from "./errors.ts";

// One array for each column: the statement's text is the same for any number of events, so it is prepared once. An event that is
// there already, as after an answer that got lost, is no reason to refuse the others.
const INSERT = `insert into audit_events (${auditColumns.join(", ")})
select * from unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
on conflict do nothing`;

/** The log of URL events on PostgreSQL: one statement, which is one commit, for all events that came while the one before was written. */
export function openPostgresUrlAudit(pool: pg.Pool): UrlAuditLog {
  const log = createUrlAuditLog(async (events) => {
    const rows = events.map(toAuditRow);
    const values = auditColumns.map((column) => rows.map((row) => row[column]));
    try {
      await pool.query({ name: "vk_url_audit", text: INSERT, values });
    } catch (error) {
      throw toPostgresDomainError(error);
    }
  });
  return {
    // PostgreSQL refuses a text with the NUL character, and with it everybody's events in the batch. JSON texts escape it.
    record: (event) => (hasNul(event) ? Promise.reject(invalid()) : log.record(event)),
    close: log.close,
  };
}

function hasNul({ id, actorId, noteId, ownerId }: AuditEvent): boolean {
  return [id, actorId, noteId, ownerId].some((text) => text.includes("\0"));
}

function invalid(): DomainError {
  return new DomainError("invalid_request", "A text holds the NUL character");
}
