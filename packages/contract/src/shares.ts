import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { Email, Id, Instant, UserId } from "./common.ts";

const Role = Type.Enum(["viewer", "editor"]);

/**
 * The receivers of a share: user ids, email addresses or both. At most 100 of each.
 * A user id is first a subject of the issuer of the caller's JWT, and then the id of a user.
 */
const Receivers = {
  userIds: Type.Optional(Type.Array(UserId, { maxItems: 100 })),
  emails: Type.Optional(Type.Array(Email, { maxItems: 100 })),
  expiresAt: Type.Optional(Type.Union([Instant, Type.Null()])),
};

export const ShareNoteBody = closedObject({ ...Receivers, role: Type.Optional(Role) });
export type ShareNoteBody = Static<typeof ShareNoteBody>;

export const ShareAttachmentBody = closedObject({ ...Receivers, role: Type.Optional(Type.Enum(["viewer"])) });
export type ShareAttachmentBody = Static<typeof ShareAttachmentBody>;

export const Share = Type.Object({
  userId: UserId,
  email: Type.Union([Type.String(), Type.Null()]),
  name: Type.Union([Type.String(), Type.Null()]),
  role: Role,
  expiresAt: Type.Union([Instant, Type.Null()]),
  createdAt: Instant,
});
export type Share = Static<typeof Share>;

export const Shares = Type.Object({ shares: Type.Array(Share) });
export type Shares = Static<typeof Shares>;

const Outcome = Type.Enum(["shared", "unknown", "ambiguous"], {
  description:
    "unknown: nobody has this id or email address, so nothing was shared with it. ambiguous: several users have this email address and the service can't tell who owns it, so nothing was shared with it",
});

/** One result for each receiver in the order of the request: first userIds, then emails. */
export const ShareResult = Type.Object({
  userId: Type.Optional(UserId),
  email: Type.Optional(Type.String()),
  outcome: Outcome,
});
export type ShareResult = Static<typeof ShareResult>;

export const SharesWithResults = Type.Object({ shares: Type.Array(Share), results: Type.Array(ShareResult) });
export type SharesWithResults = Static<typeof SharesWithResults>;

export const NoteShareParams = Type.Object({ noteId: Id, userId: UserId });
export const AttachmentShareParams = Type.Object({ attachmentId: Id, userId: UserId });
