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

/** One event of the audit log. `detail` contains further facts that a page can show, and never contains a URL, a key or a token. */
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
  /** The filenames of the first ten `attachmentIds`. The list omits a deleted file if this page has no event that contains its filename. */
  files: Type.Array(Type.Object({ id: Id, filename: Type.String() })),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type AuditEvent = Static<typeof AuditEvent>;

/**
 * The downloaded files of the last 31 days, in steps of 15 minutes. Each file that a person or a visitor downloads counts, also in a ZIP.
 * `countedSince` is later than 31 days ago if there are more events than the service counts. Steps without a download are missing.
 */
export const Downloads = Type.Object({
  countedSince: Instant,
  steps: Type.Array(Type.Object({ at: Instant, count: Type.Integer() }), { description: "Oldest first" }),
});
export type Downloads = Static<typeof Downloads>;

export const AuditEventPage = pageOf(AuditEvent);
export type AuditEventPage = Static<typeof AuditEventPage>;
