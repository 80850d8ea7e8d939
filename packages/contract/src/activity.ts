import { type Static, Type } from "typebox";
import { Id, Instant, pageOf, UserId } from "./common.ts";
import { Person } from "./people.ts";

/** One line of the audit log. `detail` holds small facts for display; never a URL, a key or a token. */
export const AuditEvent = Type.Object({
  id: Id,
  at: Instant,
  action: Type.String(),
  actorId: UserId,
  actor: Person,
  /** With whom it was shared, or no longer is. */
  subject: Type.Optional(Person),
  noteId: Id,
  noteTitle: Type.Union([Type.String(), Type.Null()], { description: "As it is now; null: the note is deleted" }),
  attachmentIds: Type.Array(Id),
  /** The names of the first ten of `attachmentIds`, but for those that are deleted and named by no event of the page. */
  files: Type.Array(Type.Object({ id: Id, filename: Type.String() })),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type AuditEvent = Static<typeof AuditEvent>;

export const AuditEventPage = pageOf(AuditEvent);
export type AuditEventPage = Static<typeof AuditEventPage>;
