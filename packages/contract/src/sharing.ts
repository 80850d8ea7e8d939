import { type Static, Type } from "typebox";
import { Email, Id, Instant, Person, UserId } from "./common.ts";
import { closedObject, orNull } from "./shapes.ts";

const Role = Type.Enum(["viewer", "editor"]);

/**
 * The receivers of a share: at most 100 user ids and at most 100 email addresses. If the caller has a JWT, the service first searches for a
 * user of the same issuer whose `sub` is the given id, and then for a user with the given id.
 */
const Receivers = {
  userIds: Type.Optional(Type.Array(UserId, { maxItems: 100 })),
  emails: Type.Optional(Type.Array(Email, { maxItems: 100 })),
  expiresAt: Type.Optional(orNull(Instant)),
};

export const ShareNoteBody = closedObject({ ...Receivers, role: Type.Optional(Role) });
export type ShareNoteBody = Static<typeof ShareNoteBody>;

export const ShareAttachmentBody = closedObject({ ...Receivers, role: Type.Optional(Type.Enum(["viewer"])) });
export type ShareAttachmentBody = Static<typeof ShareAttachmentBody>;

export const Share = Type.Object({
  userId: UserId,
  email: orNull(Type.String()),
  name: orNull(Type.String()),
  role: Role,
  expiresAt: orNull(Instant),
  createdAt: Instant,
});
export type Share = Static<typeof Share>;

/**
 * A share by email address whose receiver has not opened the note or the file yet. The response does not show whether the email address has
 * an account. `url`: the link of the invitation, which only one person can use.
 */
export const Invitation = Type.Object({
  id: Id,
  email: Type.String(),
  role: Role,
  expiresAt: orNull(Instant, { description: "The expiry of the share" }),
  invitedAt: Instant,
  linkExpiresAt: Instant,
  url: Type.String({ description: "Give the URL to the person, who signs up or signs in with it" }),
});
export type Invitation = Static<typeof Invitation>;

export const Shares = Type.Object({ shares: Type.Array(Share), invitations: Type.Array(Invitation) });
export type Shares = Static<typeof Shares>;

const Outcome = Type.Enum(["shared", "unknown"], {
  description:
    "unknown: no user has this id, so nothing was shared. An email address is never unknown, also without an account",
});

/** The result for one receiver of a share request. The results are in the order of the request: first for `userIds`, then for `emails`. */
export const ShareResult = Type.Object({
  userId: Type.Optional(UserId),
  email: Type.Optional(Type.String()),
  outcome: Outcome,
});
export type ShareResult = Static<typeof ShareResult>;

export const SharesWithResults = Type.Object({ ...Shares.properties, results: Type.Array(ShareResult) });
export type SharesWithResults = Static<typeof SharesWithResults>;

export const NoteShareParams = Type.Object({ noteId: Id, userId: UserId });
export const AttachmentShareParams = Type.Object({ attachmentId: Id, userId: UserId });

export const InvitationParams = Type.Object({ invitationId: Id });

/** With `newLink: true`, the invitation gets a new link, valid for 30 days, and the old link stops working immediately. */
export const UpdateInvitationBody = closedObject(
  {
    role: Type.Optional(Role),
    expiresAt: Type.Optional(orNull(Instant)),
    newLink: Type.Optional(Type.Literal(true)),
  },
  { minProperties: 1 },
);
export type UpdateInvitationBody = Static<typeof UpdateInvitationBody>;

/** The token is in the body and not in the URL of the request, because servers write URLs to their logs. */
export const InvitationToken = closedObject({ token: Type.String({ minLength: 1, maxLength: 100 }) });
export type InvitationToken = Static<typeof InvitationToken>;

/** An invitation, as the person with its link sees it. */
export const OpenInvitation = Type.Object({
  opens: Type.Enum(["note", "file", "service"], {
    description: "service: the link creates an account with this email address, also where sign-up is closed",
  }),
  ownerName: orNull(Type.String(), { description: "The owner of the note, or the administrator who invites" }),
  noteTitle: orNull(Type.String(), { description: "null: the invitation opens no whole note" }),
  filename: orNull(Type.String(), { description: "null: the invitation opens no single file" }),
  role: orNull(Role, { description: "null: the invitation opens the service" }),
  email: Type.String({
    description: "The invited email address. Any account may redeem an invitation to a note or a file",
  }),
  expiresAt: orNull(Instant, { description: "The expiry of the share" }),
  callerHas: Type.Enum(["nothing", "longer", "access", "note"], {
    description:
      "What the signed-in caller has already. nothing: no access, less than the invitation gives, or only the access that this invitation has given. longer: the caller may only view, but for a longer time. If the caller redeems the invitation, its share replaces this access. access: an access that does not change if the caller redeems the invitation, so the invitation stays open for another person. note: the caller owns the note, and can't redeem the invitation",
  }),
  callerShare: orNull(Type.Object({ opens: Type.Enum(["note", "file"]), role: Role, expiresAt: orNull(Instant) }), {
    description: "With callerHas longer or access: the share that the caller has. Otherwise null",
  }),
});
export type OpenInvitation = Static<typeof OpenInvitation>;

/** `attachmentId`: null if the invitation opens the whole note. */
export const RedeemedInvitation = Type.Object({ noteId: Id, attachmentId: orNull(Id) });
export type RedeemedInvitation = Static<typeof RedeemedInvitation>;

/** A request for access to a note, with the person who made the request. */
export const AccessRequest = Type.Object({
  person: Person,
  emailIsProven: Type.Boolean({
    description: "false: the email address is not proven, so it may belong to another person",
  }),
  requestedAt: Instant,
});
export type AccessRequest = Static<typeof AccessRequest>;

export const AccessRequests = Type.Object({ requests: Type.Array(AccessRequest) });
export type AccessRequests = Static<typeof AccessRequests>;

export const AccessRequestParams = Type.Object({ noteId: Id, userId: UserId });

export const GrantAccessBody = closedObject({ role: Role });
export type GrantAccessBody = Static<typeof GrantAccessBody>;
