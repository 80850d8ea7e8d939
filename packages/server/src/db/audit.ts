import type { Kysely, Selectable, SelectQueryBuilder } from "kysely";
import type { AuditEvent } from "../domain/audit-event.ts";
import type { AuditQueries, Page, PageRequest } from "../usecases/ports.ts";
import { decodeCursor, toPage } from "./cursor.ts";
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

export function auditQueries(db: Kysely<Tables>): AuditQueries {
  const events = () => db.selectFrom("audit_events").selectAll();
  return {
    async add(event) {
      await db.insertInto("audit_events").values(toAuditRow(event)).execute();
    },
    listOfNote: (noteId, page) => list(events().where("note_id", "=", noteId), page),
    listOfOwner: (ownerId, page) => list(events().where("owner_id", "=", ownerId), page),
  };
}

async function list(
  events: SelectQueryBuilder<Tables, "audit_events", Selectable<AuditEventsTable>>,
  { limit, cursor }: PageRequest,
): Promise<Page<AuditEvent>> {
  const after = decodeCursor(cursor);
  const rows = await events
    .$if(after !== undefined, (query) => query.where("id", "<", after as string))
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toAuditEvent), limit);
}
