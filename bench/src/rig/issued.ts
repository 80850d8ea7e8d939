import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { auditColumns } from "@valetkey/server/src/db/queries/audit.ts";
import { urlJournalFile } from "@valetkey/server/src/db/sqlite/journal/log.ts";
import type { Place } from "./candidates.ts";
import { runSql } from "./postgres.ts";
import type { Measured } from "./rounds.ts";
import { settings } from "./settings.ts";
import type { Staged } from "./stage.ts";
import { formatCount } from "./table.ts";

/** What an audit log says was issued: events, and the URLs that they account for. */
export type Issued = { events: number; urls: number };

/** Reads the audit log of a candidate that has ended. */
export async function readIssued({ directory, url }: Place): Promise<Issued> {
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

/** On SQLite events are durable in batches first, and filed under their notes later; an event may be in both for a moment. */
function filedOrWaiting(): string {
  const columns = ["id", "action", "attachment_ids"] as const;
  const waiting = columns.map((column) => `value ->> ${auditColumns.indexOf(column)}`);
  return `(select ${columns} from audit_events union select ${waiting} from journal.url_event_batches, json_each(events))`;
}

function toIssued(row: Record<string, unknown> | undefined): Issued {
  return { events: Number(row?.events), urls: Number(row?.urls) };
}

/** Holds each audit log to the answers that clients got: one URL more or less, and the figures above it are worth nothing. */
export async function checkIssued(
  staged: readonly Staged[],
  { measured, urlsPerAnswer }: { measured: readonly Measured[]; urlsPerAnswer: number },
): Promise<void> {
  for (const [index, { spec, readIssued: read }] of staged.entries()) {
    const result = measured[index];
    if (result === undefined) throw new Error(`${spec.name} was not measured`);
    if (result.otherAnswers > 0) throw new Error(`${spec.name} gave ${result.otherAnswers} answers other than 200`);
    if (read === undefined) continue;
    const { events, urls } = await read();
    const answered = result.okAnswers * urlsPerAnswer;
    if (urls !== answered) throw new Error(`${spec.name} answered ${answered} URLs, its audit log has ${urls}`);
    console.log(
      `audit of ${spec.name}: ${formatCount(events)} events for ${formatCount(urls)} URLs, as many as were answered`,
    );
  }
}
