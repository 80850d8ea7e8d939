import { permits, type Role, type ShareRole } from "./access.ts";
import { DomainError } from "./errors.ts";

/** How long an invitation can be used. Milliseconds. */
export const INVITATION_MS = 30 * 86_400_000;

/**
 * An invitation of an email address to a note, or to one of its attachments. Instants are milliseconds since the epoch.
 * The owner of the note does not see the user of the invitation until that user has opened the note or the file.
 */
export type Invitation = {
  id: string;
  noteId: string;
  /** Undefined: the invitation opens the whole note. */
  attachmentId: string | undefined;
  /** The owner of the note. */
  ownerId: string;
  /** Normalised. */
  email: string;
  role: ShareRole;
  /** The expiry of the share. Undefined: it never expires. */
  expiresAt: number | undefined;
  /**
   * The user who has the share: a user whose email address is already known to be theirs, or the user who redeemed the invitation.
   * Undefined: nobody has the share yet.
   */
  userId: string | undefined;
  invitedBy: string;
  invitedAt: number;
  /** Increases with each new link. */
  generation: number;
  /** From this instant on, neither the link nor a new account can redeem the invitation. */
  linkExpiresAt: number;
  /** When a user opened the note or the file, or claimed the invitation but already had another share. Undefined: neither has happened yet. */
  redeemedAt: number | undefined;
};

/**
 * An invitation of an administrator to create an account with this email address. It opens no note. Instants are milliseconds since the
 * epoch.
 */
export type AccountInvitation = Pick<
  Invitation,
  "id" | "email" | "invitedAt" | "generation" | "linkExpiresAt" | "redeemedAt"
> & {
  /** Undefined: the operator made the invitation with a command. */
  invitedBy: string | undefined;
};

type Expiring = Pick<Invitation, "linkExpiresAt" | "redeemedAt"> & { expiresAt?: number | undefined };

/** Whether a user with `role` gains nothing from a share with `given`. */
export function hasAtLeast(role: Role | undefined, given: ShareRole): boolean {
  return permits(role, given === "editor" ? "note.edit" : "note.read");
}

/** From this instant on, the link no longer works. Milliseconds since the epoch. */
export function linkEndsAt({ linkExpiresAt, expiresAt = linkExpiresAt }: Expiring): number {
  return Math.min(linkExpiresAt, expiresAt);
}

export function isOpen(invitation: Expiring, now: number): boolean {
  return invitation.redeemedAt === undefined && now < linkEndsAt(invitation);
}

/** Throws `invitation_used` or `invitation_expired`. */
export function requireOpen(invitation: Expiring, now: number): void {
  if (invitation.redeemedAt !== undefined) {
    throw new DomainError("invitation_used", "This invitation was used already. Ask for another one.");
  }
  if (!isOpen(invitation, now)) {
    throw new DomainError("invitation_expired", "This invitation has expired. Ask for another one.");
  }
}
