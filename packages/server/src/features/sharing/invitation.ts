import { makeToken } from "../../platform/crypto/link-token.ts";
import type { Role, ShareRole } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { permits } from "../access/authorise.ts";
import type { EventSubject } from "../audit/audit-event.ts";
import type { ShareSubject } from "./share.ts";

/** How long a person can use an invitation. Milliseconds. */
export const INVITATION_MS = 30 * 86_400_000;

/**
 * An invitation to a note or to one attachment, for the person with this email address. The owner of the note sees the email address. The
 * owner sees the user with the email address only after this user has opened the note or the file.
 * Instants are milliseconds since the epoch.
 */
export type Invitation = {
  id: string;
  noteId: string;
  /** Undefined: the invitation opens the whole note. */
  attachmentId: string | undefined;
  /** The owner of the note. */
  ownerId: string;
  /** The email address in normalised form. */
  email: string;
  role: ShareRole;
  /** The expiry of the share. Undefined: the share never expires. */
  expiresAt: number | undefined;
  /** The user with the share, who held the email address or accepted the invitation. Undefined: nobody yet. */
  userId: string | undefined;
  invitedBy: string;
  invitedAt: number;
  /** The number of the current link. Each new link of the invitation increases the number. */
  generation: number;
  /** From this instant on, neither the link nor a new account can accept the invitation. */
  linkExpiresAt: number;
  /** When the user opened the note or file, or accepted with another share. Undefined: neither yet. */
  acceptedAt: number | undefined;
};

/** An administrator's invitation to create an account. It opens no note. Instants are milliseconds. */
export type AccountInvitation = Pick<
  Invitation,
  "id" | "email" | "invitedAt" | "generation" | "linkExpiresAt" | "acceptedAt"
> & {
  /** Undefined: the operator made the invitation with a command. */
  invitedBy: string | undefined;
};

type Expiring = Pick<Invitation, "linkExpiresAt" | "acceptedAt"> & { expiresAt?: number | undefined };

/** Whether `role` already permits everything that a share with the role `given` permits. */
export function hasAtLeast(role: Role | undefined, given: ShareRole): boolean {
  return permits(role, given === "editor" ? "note.edit" : "note.read");
}

/** Returns the instant from which the link no longer works. Milliseconds since the epoch. */
export function linkEndsAt({ linkExpiresAt, expiresAt = linkExpiresAt }: Omit<Expiring, "acceptedAt">): number {
  return Math.min(linkExpiresAt, expiresAt);
}

export function isOpen(invitation: Expiring, now: number): boolean {
  return invitation.acceptedAt === undefined && now < linkEndsAt(invitation);
}

/** Throws `invitation_used` or `invitation_expired` if the invitation is no longer open. */
export function requireOpen(invitation: Expiring, now: number): void {
  if (invitation.acceptedAt !== undefined) {
    throw new DomainError("invitation_used", "This invitation was used already. Ask for another one.");
  }
  if (!isOpen(invitation, now)) {
    throw new DomainError("invitation_expired", "This invitation has expired. Ask for another one.");
  }
}

/** An invitation with the names that a person who opens its link sees before the sign-in. */
export type InvitationWithNames = {
  invitation: Invitation;
  /** The name of the note's owner. Undefined: the name is unknown. */
  ownerName: string | undefined;
  noteTitle: string;
  /** Undefined: the invitation opens the whole note. */
  filename: string | undefined;
};

/** An invitation in the form that the owner of the note sees. This form has the token of the link, and does not have the user. */
export type DescribedInvitation = Omit<Invitation, "userId" | "acceptedAt"> & { token: string };

/** Returns the URL with the token in the fragment, which no log and no `Referer` header contains. */
export function invitationUrl(publicUrl: string, { token }: Pick<DescribedInvitation, "token">): string {
  return `${publicUrl}/invitation#${token}`;
}

export function describeInvitation(
  deps: Pick<Deps, "linkKeys">,
  { userId: _, acceptedAt: __, ...invitation }: Invitation,
): DescribedInvitation {
  return { ...invitation, token: tokenOfInvitation(deps, invitation) };
}

export function tokenOfInvitation(
  { linkKeys: { invitations } }: Pick<Deps, "linkKeys">,
  { id: linkId, generation }: Pick<AccountInvitation, "id" | "generation">,
): string {
  const [key] = invitations;
  if (key === undefined) throw new Error("a token needs a key");
  return makeToken(key, { linkId, generation });
}

/** Returns the note or file that an invitation shares. */
export function subjectOf({ noteId, attachmentId }: Pick<Invitation, "noteId" | "attachmentId">): ShareSubject {
  return attachmentId === undefined ? { noteId } : { attachmentId };
}

/** Makes the subject of an audit event about an invitation. */
export function aboutInvitation({ noteId, ownerId, attachmentId }: Invitation): EventSubject {
  return { noteId, ownerId, attachmentIds: attachmentId === undefined ? [] : [attachmentId] };
}
