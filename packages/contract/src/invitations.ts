import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { Id, Instant } from "./common.ts";

const Role = Type.Enum(["viewer", "editor"]);

export const InvitationParams = Type.Object({ invitationId: Id });

/** `newLink: true` makes another link, which is valid for 30 days. The old one stops working at once. */
export const UpdateInvitationBody = closedObject(
  {
    role: Type.Optional(Role),
    expiresAt: Type.Optional(Type.Union([Instant, Type.Null()])),
    newLink: Type.Optional(Type.Literal(true)),
  },
  { minProperties: 1 },
);
export type UpdateInvitationBody = Static<typeof UpdateInvitationBody>;

/** The token is in the body, because URLs are in logs. */
export const InvitationToken = closedObject({ token: Type.String({ minLength: 1, maxLength: 100 }) });
export type InvitationToken = Static<typeof InvitationToken>;

/** An invitation, as the person who holds its link sees it. */
export const OpenInvitation = Type.Object({
  ownerName: Type.Union([Type.String(), Type.Null()]),
  noteTitle: Type.Union([Type.String(), Type.Null()], { description: "null: the invitation opens one file" }),
  filename: Type.Union([Type.String(), Type.Null()], { description: "null: the invitation opens a note" }),
  role: Role,
  email: Type.String({
    description: "The email address that the owner invited. Any account may redeem the invitation",
  }),
  expiresAt: Type.Union([Instant, Type.Null()], { description: "The expiry of the share" }),
});
export type OpenInvitation = Static<typeof OpenInvitation>;

/** `attachmentId` is null when the invitation opens the whole note. */
export const RedeemedInvitation = Type.Object({ noteId: Id, attachmentId: Type.Union([Id, Type.Null()]) });
export type RedeemedInvitation = Static<typeof RedeemedInvitation>;
