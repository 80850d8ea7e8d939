import { makeToken } from "../../platform/crypto/link-token.ts";
import type { ShareRole } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { EventSubject } from "../audit/audit-event.ts";
import type { ShareSubject } from "./share.ts";

/** How long an invitation can be accepted, in milliseconds. */
export const INVITATION_MS = 30 * 86_400_000;

/**
 * An invitation to a note or to one attachment, for the person with this email address. The owner of the note sees the email address. The
 * owner sees the user who holds this address only after this user has opened the note or the file. Instants are milliseconds since the
 * epoch.
 */
export type Invitation = {
  id: string;
  noteId: string;
  /** Undefined: the invitation opens the whole note. */
  attachmentId: string | undefined;
  ownerId: string;
  /** The normalised email address. */
  email: string;
  role: ShareRole;
  /** The expiry of the share. Undefined: the share never expires. */
  expiresAt: number | undefined;
  /** The user who got the share, as the holder of the email address or by accepting the invitation. Undefined: nobody has the share yet. */
  userId: string | undefined;
  invitedBy: string;
  invitedAt: number;
  /** The number of the current link of the invitation. Each new link increases this number. */
  generation: number;
  /** From this instant on, nobody can accept the invitation, neither with the link nor with a new account. */
  linkExpiresAt: number;
  /**
   * The instant at which the user opened the note or file, or accepted the invitation with another share. Undefined: neither has happened.
   */
  acceptedAt: number | undefined;
};

/** An invitation of an administrator to create an account. This invitation opens no note. Instants are milliseconds since the epoch. */
export type AccountInvitation = Pick<
  Invitation,
  "id" | "email" | "invitedAt" | "generation" | "linkExpiresAt" | "acceptedAt"
> & {
  /** The administrator who made the invitation. Undefined: the operator made the invitation with a command. */
  invitedBy: string | undefined;
};

type Expiring = Pick<Invitation, "linkExpiresAt" | "acceptedAt"> & { expiresAt?: number | undefined };

/** Returns the instant from which the link of an invitation no longer works. In milliseconds since the epoch. */
export function linkEndsAt({ linkExpiresAt, expiresAt = linkExpiresAt }: Omit<Expiring, "acceptedAt">): number {
  return Math.min(linkExpiresAt, expiresAt);
}

export function isOpen(invitation: Expiring, now: number): boolean {
  return invitation.acceptedAt === undefined && now < linkEndsAt(invitation);
}

/** Throws `invitation_used` or `invitation_expired` unless the invitation is open. */
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
  /** The name of the note's owner. Undefined: the service does not know the name. */
  ownerName: string | undefined;
  noteTitle: string;
  /** Undefined: the invitation opens the whole note. */
  filename: string | undefined;
};

/** An invitation in the form that the owner of the note sees: with the token of the link, and without the user. */
export type DescribedInvitation = Omit<Invitation, "userId" | "acceptedAt"> & { token: string };

/** Returns the URL of an invitation. The token is in the fragment, which no log and no `Referer` header contains. */
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

export function subjectOf({ noteId, attachmentId }: Pick<Invitation, "noteId" | "attachmentId">): ShareSubject {
  return attachmentId === undefined ? { noteId } : { attachmentId };
}

export function aboutInvitation({ noteId, ownerId, attachmentId }: Invitation): EventSubject {
  return { noteId, ownerId, attachmentIds: attachmentId === undefined ? [] : [attachmentId] };
}
