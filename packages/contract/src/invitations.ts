import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { Id, Instant } from "./common.ts";

const Role = Type.Enum(["viewer", "editor"]);

export const InvitationParams = Type.Object({ invitationId: Id });

/** With `newLink: true`, the invitation gets another link, which is valid for 30 days. The old link stops working immediately. */
export const UpdateInvitationBody = closedObject(
  {
    role: Type.Optional(Role),
    expiresAt: Type.Optional(Type.Union([Instant, Type.Null()])),
    newLink: Type.Optional(Type.Literal(true)),
  },
  { minProperties: 1 },
);
export type UpdateInvitationBody = Static<typeof UpdateInvitationBody>;

/** The token is in the body of the request and not in the URL, because servers write URLs to their logs. */
export const InvitationToken = closedObject({ token: Type.String({ minLength: 1, maxLength: 100 }) });
export type InvitationToken = Static<typeof InvitationToken>;

/** An invitation, as the person who holds its link sees it. */
export const OpenInvitation = Type.Object({
  opens: Type.Enum(["note", "file", "service"], {
    description: "service: the link creates an account with this email address, also where sign-up is closed",
  }),
  ownerName: Type.Union([Type.String(), Type.Null()], {
    description: "The owner of the note, or the administrator who invites",
  }),
  noteTitle: Type.Union([Type.String(), Type.Null()], { description: "null: the invitation opens no whole note" }),
  filename: Type.Union([Type.String(), Type.Null()], { description: "null: the invitation opens no single file" }),
  role: Type.Union([Role, Type.Null()], { description: "null: the invitation opens the service" }),
  email: Type.String({
    description: "The invited email address. Any account may redeem an invitation to a note or a file",
  }),
  expiresAt: Type.Union([Instant, Type.Null()], { description: "The expiry of the share" }),
});
export type OpenInvitation = Static<typeof OpenInvitation>;

/** `attachmentId` is null when the invitation opens the whole note. */
export const RedeemedInvitation = Type.Object({ noteId: Id, attachmentId: Type.Union([Id, Type.Null()]) });
export type RedeemedInvitation = Static<typeof RedeemedInvitation>;
