import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { auditColumns } from "@valetkey/server/src/features/audit/audit-row.ts";
import { urlJournalFile } from "@valetkey/server/src/platform/database/sqlite/file.ts";
import type { DataLocation } from "./candidate-specs.ts";
import { runSql } from "./postgres.ts";
import { settings } from "./settings.ts";

/** The number of `url.issued` events in an audit log, and the number of URLs that these events record. */
export type AuditedUrls = { events: number; urls: number };

export async function readAuditedUrls({ directory, url }: DataLocation): Promise<AuditedUrls> {
  if (url !== undefined) {
    const { rows } = await runSql(url, count("audit_events", "json_array_length(attachment_ids::json)"));
    return toIssued(rows[0]);
  }
  const file = join(directory, settings.sqliteFile);
  const database = new DatabaseSync(file);
  try {
    database.prepare("attach ? as journal").run(urlJournalFile(file));
    return toIssued(database.prepare(count(filedOrWaiting(), "json_array_length(attachment_ids)")).get());
  } finally {
    database.close();
  }
}

function count(events: string, length: string): string {
  return `select count(*) as events, coalesce(sum(${length}), 0) as urls from ${events} where action = 'url.issued'`;
}

/** Selects the events from both places. On SQLite, events go to durable batches first and to `audit_events` later, and can be in both. */
function filedOrWaiting(): string {
  const columns = ["id", "action", "attachment_ids"] as const;
  const waiting = columns.map((column) => `value ->> ${auditColumns.indexOf(column)}`);
  return `(select ${columns} from audit_events union select ${waiting} from journal.url_event_batches, json_each(events))`;
}

function toIssued(row: Record<string, unknown> | undefined): AuditedUrls {
  return { events: Number(row?.events), urls: Number(row?.urls) };
}
