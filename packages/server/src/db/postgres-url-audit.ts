import type pg from "pg";
import type { UrlAuditLog } from "../usecases/ports.ts";
import { auditColumns, toAuditRow } from "./audit.ts";
import { toPostgresDomainError } from "./postgres-errors.ts";
import { createUrlAuditLog } from "./url-audit.ts";

// One array for each column: the statement's text is the same for any number of events, so it is prepared once.
const INSERT = `insert into audit_events (${auditColumns.join(", ")})
select * from unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])`;

/** The log of URL events on PostgreSQL: one statement, which is one commit, for all events that came while the one before was written. */
export function openPostgresUrlAudit(pool: pg.Pool): UrlAuditLog {
  return createUrlAuditLog(async (events) => {
    const rows = events.map(toAuditRow);
    const values = auditColumns.map((column) => rows.map((row) => row[column]));
    try {
      await pool.query({ name: "vk_url_audit", text: INSERT, values });
    } catch (error) {
      throw toPostgresDomainError(error);
    }
  });
}
