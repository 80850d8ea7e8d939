import type { RunNamed } from "../../platform/database/postgres/statements.ts";
import { DomainError } from "../../platform/errors.ts";
import type { AuditEvent } from "./audit-event.ts";
import type { UrlAuditLog } from "./audit-port.ts";
import { auditColumns, toAuditRow } from "./audit-row.ts";
import { createUrlAuditLog } from "./url-audit-batches.ts";

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
