// Converts an audit event to a row. The worker thread of the URL journal loads this file, so the file must not load Kysely.

import type { AuditRow } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AuditEvent } from "./audit-event.ts";
import { isRoutine } from "./url-purpose.ts";

/** The columns of an audit event. The URL journal stores the values in this order. */
export const auditColumns = [
  "id",
  "at",
  "action",
  "actor_id",
  "note_id",
  "owner_id",
  "attachment_ids",
  "detail",
  "is_routine",
] as const satisfies readonly (keyof Tables["audit_events"])[];

export function toAuditRow(event: AuditEvent): AuditRow {
  return {
    id: event.id,
    at: event.at,
    action: event.action,
    actor_id: event.actorId,
    note_id: event.noteId,
    owner_id: event.ownerId,
    attachment_ids: JSON.stringify(event.attachmentIds),
    detail: JSON.stringify(event.detail),
    is_routine: isRoutine(event) ? 1 : 0,
  };
}

/** The values of an event, in the order of `auditColumns`. */
export type AuditValues = (string | number)[];

export function toAuditValues(event: AuditEvent): AuditValues {
  const row = toAuditRow(event);
  return auditColumns.map((column) => row[column]);
}
