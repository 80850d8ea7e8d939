import type { Invitation } from "../../domain/invitation.ts";
import type { ShareSubject } from "./shares.ts";

/** An invitation with what its receiver reads before the sign-in. */
export type InvitationWithNames = {
  invitation: Invitation;
  /** The name of the note's owner. Undefined: not known. */
  ownerName: string | undefined;
  noteTitle: string;
  /** Undefined: the invitation opens the whole note. */
  filename: string | undefined;
};

export type InvitationQueries = {
  /**
   * Creates the invitations of different email addresses with one statement. If an invitation exists already, it
   * gets the new role and expiry, is valid for another 30 days, and keeps its link unless the link was used. Throws `note_not_found` or
   * `attachment_not_found` if the subject was deleted.
   */
  put(...invitations: readonly Invitation[]): Promise<void>;
  /** Locks an invitation until the transaction ends. Returns undefined if the invitation was revoked or never existed. */
  hold(invitationId: string): Promise<Invitation | undefined>;
  /** Locks the invitations of these email addresses in the same way. Returns them by email address. */
  holdOf(subject: ShareSubject, emails: readonly string[]): Promise<Map<string, Invitation>>;
  find(invitationId: string): Promise<InvitationWithNames | undefined>;
  /** Stores the fields that can change. The caller must have locked the invitation. */
  replace(invitation: Invitation): Promise<void>;
  delete(invitationId: string): Promise<void>;
  /** Lists the invitations that nobody has redeemed, expired ones included. */
  listOpen(subject: ShareSubject): Promise<Invitation[]>;
  /**
   * Lists the newest 200 live invitations of this user's proven email address whose share the user does not have, and whose note is not the
   * user's own or a disabled owner's. The list is empty while the email address is not proven.
   */
  listFor(receiver: { userId: string; now: number }): Promise<string[]>;
  /** Counts the open invitations that a user made. */
  countOpen(invitedBy: string): Promise<number>;
  /** Lists the newest 1,000 notes and attachments that an open invitation shares with this user. */
  listExpected(userId: string): Promise<string[]>;
  /** Marks the open invitations that gave these users a share as redeemed. Returns them. */
  settle(subjectIds: readonly string[], settled: { userIds: readonly string[]; now: number }): Promise<Invitation[]>;
  /** Deletes redeemed invitations whose link has expired. Until then, the link opens the note for its user. */
  deleteOld(now: number): Promise<void>;
};
