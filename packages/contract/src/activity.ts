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

/** One event of the audit log. The member `detail` contains further facts that a page can show, but no URL, key or token. */
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
  /**
   * The filenames of the first ten `attachmentIds` of the event. The list `files` excludes a deleted file if the page has no event that
   * contains the filename.
   */
  files: Type.Array(Type.Object({ id: Id, filename: Type.String() })),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type AuditEvent = Static<typeof AuditEvent>;

/**
 * The downloaded files of the last 31 days, in intervals of 15 minutes. The counts include each file that a person or a visitor downloads,
 * also in a ZIP. If there are more events than the service counts, `countedSince` is later than 31 days ago. Intervals without a download
 * are absent.
 */
export const Downloads = Type.Object({
  countedSince: Instant,
  steps: Type.Array(Type.Object({ at: Instant, count: Type.Integer() }), { description: "Oldest first" }),
});
export type Downloads = Static<typeof Downloads>;

export const AuditEventPage = pageOf(AuditEvent);
export type AuditEventPage = Static<typeof AuditEventPage>;
