import { type Kysely, type Selectable, sql } from "kysely";
import type { AuditEvent } from "../domain/audit-event.ts";
import type { AuditQueries, Page, PageRequest } from "../usecases/ports.ts";
import { decodeCursor, toPage } from "./cursor.ts";
import type { Engine } from "./engine.ts";
import type { AuditEventsTable, Tables } from "./schema.ts";

/** The columns in the order in which the URL log writes them. */
export const auditColumns = [
  "id",
  "at",
  "action",
  "actor_id",
  "note_id",
  "owner_id",
  "attachment_ids",
  "detail",
] as const satisfies readonly (keyof AuditEventsTable)[];

export function toAuditRow(event: AuditEvent): Selectable<AuditEventsTable> {
  return {
    id: event.id,
    at: event.at,
    action: event.action,
    actor_id: event.actorId,
    note_id: event.noteId,
    owner_id: event.ownerId,
    attachment_ids: JSON.stringify(event.attachmentIds),
    detail: JSON.stringify(event.detail),
  };
}

/** The event as the URL log passes it on: its values in the order of `auditColumns`. */
export type AuditValues = (string | number)[];

export function toAuditValues(event: AuditEvent): AuditValues {
  const row = toAuditRow(event);
  return auditColumns.map((column) => row[column]);
}

function toAuditEvent(row: Selectable<AuditEventsTable>): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    actorId: row.actor_id,
    noteId: row.note_id,
    ownerId: row.owner_id,
    attachmentIds: JSON.parse(row.attachment_ids),
    detail: JSON.parse(row.detail),
  };
}

export function auditQueries(db: Kysely<Tables>, engine: Engine): AuditQueries {
  return {
    async add(event) {
      await db.insertInto("audit_events").values(toAuditRow(event)).execute();
    },
    listOfNote: (noteId, page) => list(db, { engine, column: "note_id", value: noteId, ...page }),
    listOfOwner: (ownerId, page) => list(db, { engine, column: "owner_id", value: ownerId, ...page }),
  };
}

type Listing = PageRequest & { engine: Engine; column: "note_id" | "owner_id"; value: string };

async function list(db: Kysely<Tables>, { engine, column, value, limit, cursor }: Listing): Promise<Page<AuditEvent>> {
  const after = decodeCursor(cursor);
  const filed = db
    .selectFrom("audit_events")
    .select(auditColumns)
    .where(column, "=", value)
    .$if(after !== undefined, (query) => query.where("id", "<", after as string));
  // On SQLite the latest URL events may be in the journal, and for a moment in both: `union` drops what is the same.
  const events = engine.name === "sqlite" ? filed.union(journaled(db, { column, value, after })) : filed;
  const rows = await events
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toAuditEvent), limit);
}

function journaled(
  db: Kysely<Tables>,
  { column, value, after }: Pick<Listing, "column" | "value"> & { after: string | undefined },
) {
  return (
    db
      .selectFrom(["url_event_batches as batch", sql<{ value: string }>`json_each(batch.events)`.as("event")])
      .select(auditColumns.map((name) => inJournal(name).as(name)))
      // Most batches have nothing of this note or owner, and searching a text is much faster than parsing it.
      .where(sql<boolean>`instr(batch.events, ${value}) > 0`)
      .where(inJournal(column), "=", value)
      .$if(after !== undefined, (query) => query.where(inJournal("id"), "<", after as string))
      .$castTo<Selectable<AuditEventsTable>>()
  );
}

function inJournal(column: (typeof auditColumns)[number]) {
  return sql<string>`event.value ->> ${sql.lit(auditColumns.indexOf(column))}`;
}
