import type { StatementSync } from "node:sqlite";
import type { FindUnfiledEvents } from "../../queries/audit.ts";
import { type AuditRow, auditColumns } from "../../queries/audit-row.ts";
import { toSqliteDomainError } from "../errors.ts";
import { openWriter } from "../file.ts";

/**
 * The path of the journal beside the database `file`. SQLite drops all cached pages of a file that another connection has changed.
 * With the journal in the same file, each access decision would read its pages again.
 */
export function urlJournalFile(file: string): string {
  return `${file}-url-journal`;
}

/** Opens the journal for reading by the activity, and creates its file if it is missing. Rejects with `database_unavailable`. */
export async function openUnfiledEvents(file: string): Promise<{ find: FindUnfiledEvents; close: () => void }> {
  const database = await openWriter(urlJournalFile(file), { where: "mainThread" });
  // A row is a batch: a JSON array with one array for each event, whose values are in the order of `auditColumns`.
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
  return {
    find({ column, value, before, routine, limit }) {
      try {
        // JSON escapes backslashes and quotes, so the search text needs the same escapes.
        const inJson = JSON.stringify(value).slice(1, -1);
        return prepare(column).all({ value, inJson, before: before ?? null, routine, limit }) as unknown as AuditRow[];
      } catch (error) {
        throw toSqliteDomainError(error);
      }
    },
    close: () => database.close(),
  };
}

// Most batches have no event of this note or owner, and a text search is much faster than parsing.
function select(column: (typeof auditColumns)[number]): string {
  return `select ${auditColumns.map((name) => `${inEvent(name)} as ${name}`)}
  from url_event_batches as batch, json_each(batch.events) as event
  where instr(batch.events, :inJson) > 0 and ${inEvent(column)} = :value
    and (:before is null or ${inEvent("id")} < :before)
    and (:routine = 'include' or ${inEvent("is_routine")} is not 1)
  order by id desc limit :limit`;
}

function inEvent(column: (typeof auditColumns)[number]): string {
  return `event.value ->> ${auditColumns.indexOf(column)}`;
}
