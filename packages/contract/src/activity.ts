import { type Static, Type } from "typebox";
import { Id, Instant, pageOf, UserId } from "./common.ts";

/** One line of the audit log. `detail` holds small facts for display; never a URL, a key or a token. */
export const AuditEvent = Type.Object({
  id: Id,
  at: Instant,
  action: Type.String(),
  actorId: UserId,
  noteId: Id,
  attachmentIds: Type.Array(Id),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type AuditEvent = Static<typeof AuditEvent>;

export const AuditEventPage = pageOf(AuditEvent);
export type AuditEventPage = Static<typeof AuditEventPage>;
