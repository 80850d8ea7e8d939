import { type Static, Type } from "typebox";
import { Id, Instant, PageQuery, Person, pageOf, UserId } from "./common.ts";
import { closedObject, orNull } from "./shapes.ts";

export const ActivityQuery = closedObject({
  ...PageQuery.properties,
  routine: Type.Enum(["include", "omit"], {
    default: "include",
    description:
      "omit: without the URLs of thumbnails, renewed URLs, the first URLs of a claim, and an owner's views of their own files",
  }),
});
export type ActivityQuery = Static<typeof ActivityQuery>;

/** One event of the audit log. `detail`: further facts for a page, without URLs, keys and tokens. */
export const AuditEvent = Type.Object({
  id: Id,
  at: Instant,
  action: Type.String(),
  actorId: UserId,
  actor: Person,
  /** The person whose share was created, changed or revoked. */
  subject: Type.Optional(Person),
  noteId: Id,
  noteTitle: orNull(Type.String(), { description: "The current title, or null for a deleted note" }),
  attachmentIds: Type.Array(Id),
  /** The names of the first ten files of `attachmentIds`. Leaves out a deleted file if no event on this page contains its filename. */
  files: Type.Array(Type.Object({ id: Id, filename: Type.String() })),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type AuditEvent = Static<typeof AuditEvent>;

/**
 * The numbers of downloaded files in the last 31 days, for intervals of 15 minutes. Each file counts that a person or a visitor downloads,
 * also in a ZIP. Intervals without a download are absent. If there are too many events to count, `countedSince` is later than 31 days ago.
 */
export const Downloads = Type.Object({
  countedSince: Instant,
  steps: Type.Array(Type.Object({ at: Instant, count: Type.Integer() }), { description: "Oldest first" }),
});
export type Downloads = Static<typeof Downloads>;

export const AuditEventPage = pageOf(AuditEvent);
export type AuditEventPage = Static<typeof AuditEventPage>;
