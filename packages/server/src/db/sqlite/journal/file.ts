import type { StatementSync } from "node:sqlite";
import type { Selectable } from "kysely";
import { auditColumns, type FindUnfiledEvents } from "../../queries/audit.ts";
import type { AuditEventsTable } from "../../schema.ts";
import { toSqliteDomainError } from "../errors.ts";
import { openWriter } from "../file.ts";

/**
 * The database file of the URL journal, beside the database `file`. It is one of its own because SQLite drops all cached pages of a
 * file when another connection has changed it: with the journal inside, each access decision would read its pages again.
 */
export function urlJournalFile(file: string): string {
  return `${file}-url-journal`;
}

/** Creates the journal's file if need be, and reads it for the activity. Rejects with `database_unavailable`. */
export async function openUnfiledEvents(file: string): Promise<{ find: FindUnfiledEvents; close: () => void }> {
  const database = await openWriter(urlJournalFile(file), { where: "mainThread" });
  // Each row is a batch: a JSON array with an array for each event, its values in the order of `auditColumns`.
  database.exec(
    "create table if not exists url_event_batches (seq integer primary key autoincrement, events text not null) strict",
  );
  const statements = new Map<string, StatementSync>();
  const prepare = (column: (typeof auditColumns)[number]) => {
    const statement = statements.get(column) ?? database.prepare(select(column));
    statements.set(column, statement);
    return statement;
  };
  return {
    find({ column, value, before, limit }) {
      try {
        // As the batch's JSON has it: a backslash or a quote is escaped there.
        const inJson = JSON.stringify(value).slice(1, -1);
        const rows = prepare(column).all({ value, inJson, before: before ?? null, limit });
        return rows as unknown as Selectable<AuditEventsTable>[];
      } catch (error) {
        throw toSqliteDomainError(error);
      }
    },
    close: () => database.close(),
  };
}

// Most batches have nothing of this note or owner, and searching a text is much faster than parsing it.
function select(column: (typeof auditColumns)[number]): string {
  return `select ${auditColumns.map((name) => `${inEvent(name)} as ${name}`)}
  from url_event_batches as batch, json_each(batch.events) as event
  where instr(batch.events, :inJson) > 0 and ${inEvent(column)} = :value
    and (:before is null or ${inEvent("id")} < :before)
  order by id desc limit :limit`;
}

function inEvent(column: (typeof auditColumns)[number]): string {
  return `event.value ->> ${auditColumns.indexOf(column)}`;
}
