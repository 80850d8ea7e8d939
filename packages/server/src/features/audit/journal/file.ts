import type { StatementSync } from "node:sqlite";
import type { AuditRow, UrlJournal } from "../../../platform/database/queries.ts";
import { openWriter, toSqliteDomainError, urlJournalFile } from "../../../platform/database/sqlite/file.ts";
import { auditColumns } from "../audit-row.ts";

export type JournalEvents = UrlJournal & { close: () => void };

/**
 * Opens the journal so that queries of the audit log can read it. Creates the file of the journal if it is missing. Rejects with
 * `database_unavailable`.
 */
export async function openJournalEvents(file: string): Promise<JournalEvents> {
  const database = await openWriter(urlJournalFile(file), { where: "mainThread" });
  // Each row contains a batch of events: a JSON array with one array for each event. The values of an event are in the order of
  // `auditColumns`.
  database.exec(
    "create table if not exists url_event_batches (seq integer primary key autoincrement, events text not null) strict",
  );
  database.exec("create table if not exists probes (id integer primary key, probed_at integer not null) strict");
  const statements = new Map<string, StatementSync>();
  const prepare = (column: (typeof auditColumns)[number]) => {
    const statement = statements.get(column) ?? database.prepare(select(column));
    statements.set(column, statement);
    return statement;
  };
  const issued = database.prepare(SELECT_ISSUED);
  return {
    findUrls({ ownerId, after, before, limit }) {
      try {
        return issued.all({
          ownerId,
          inJson: inJson(ownerId ?? ""),
          after,
          before,
          limit,
        }) as ReturnType<UrlJournal["findUrls"]>;
      } catch (error) {
        throw toSqliteDomainError(error);
      }
    },
    find({ column, value, before, routine, limit }) {
      try {
        const values = { value, inJson: inJson(value), before: before ?? null, routine, limit };
        return prepare(column).all(values) as unknown as AuditRow[];
      } catch (error) {
        throw toSqliteDomainError(error);
      }
    },
    close: () => database.close(),
  };
}

// Searches the text of a batch before parsing it. Most batches contain no event of this note or owner, and a text search is much faster
// than parsing.
function select(column: (typeof auditColumns)[number]): string {
  return `select ${auditColumns.map((name) => `${inEvent(name)} as ${name}`)}
  from url_event_batches as batch, json_each(batch.events) as event
  where instr(batch.events, :inJson) > 0 and ${inEvent(column)} = :value
    and (:before is null or ${inEvent("id")} < :before)
    and (:routine = 'include' or ${inEvent("is_routine")} is not 1)
  order by id desc limit :limit`;
}

const SELECT_ISSUED = `select ${["id", "note_id", "attachment_ids"].map((name) => `${inEvent(name as "id")} as ${name}`)}
  from url_event_batches as batch, json_each(batch.events) as event
  where (:ownerId is null or (instr(batch.events, :inJson) > 0 and ${inEvent("owner_id")} = :ownerId))
    and ${inEvent("action")} = 'url.issued' and ${inEvent("id")} > :after and ${inEvent("id")} < :before
  order by id limit :limit`;

/** Escapes a search text as JSON does, because the stored batches are JSON texts. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inEvent(column: (typeof auditColumns)[number]): string {
  return `event.value ->> ${auditColumns.indexOf(column)}`;
}
