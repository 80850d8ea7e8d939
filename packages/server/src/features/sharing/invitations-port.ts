import type { Invitation } from "./invitation.ts";
import type { ShareSubject } from "./shares-port.ts";

/** An invitation with the names that a person who opens its link sees before the sign-in. */
export type InvitationWithNames = {
  invitation: Invitation;
  /** The name of the note's owner. Undefined: the name is not known. */
  ownerName: string | undefined;
  noteTitle: string;
  /** Undefined: the invitation opens the whole note. */
  filename: string | undefined;
};

export type InvitationQueries = {
  /**
   * Stores invitations for different email addresses with one statement. An invitation that already exists gets the new role and expiry,
   * and is valid for 30 days from now. Its link stays the same unless the link was used. Throws `note_not_found` or `attachment_not_found`
   * if the note or attachment was deleted. Returns the ids of the stored invitations. An invitation that existed already keeps its id.
   */
  put(...invitations: readonly Invitation[]): Promise<ReadonlySet<string>>;
  /** Returns an invitation, and locks it until the transaction ends. Returns undefined if the invitation was revoked or never existed. */
  hold(invitationId: string): Promise<Invitation | undefined>;
  /** Returns the invitations for these email addresses, by email address. Locks them until the transaction ends. */
  holdOf(subject: ShareSubject, emails: readonly string[]): Promise<Map<string, Invitation>>;
  /** `inTrash`: also finds an invitation whose note or file is in the trash. */
  find(invitationId: string, options?: { inTrash: boolean }): Promise<InvitationWithNames | undefined>;
  /** Stores the fields that can change. The caller must have locked the invitation. */
  replace(invitation: Invitation): Promise<void>;
  delete(invitationId: string): Promise<void>;
  /** Lists the invitations to this note or attachment that nobody has redeemed, also the expired ones. */
  listOpen(subject: ShareSubject): Promise<Invitation[]>;
  /**
   * Lists the ids of valid invitations for this user's proven email address, at most the newest 200. Lists only invitations from which the
   * user has not got the share yet. Leaves out invitations to the user's own notes, and to notes of disabled owners. If the email address
   * is not proven, the list is empty.
   */
  listFor(receiver: { userId: string; now: number }): Promise<string[]>;
  /** Counts the open invitations that a user made. */
  countOpen(invitedBy: string): Promise<number>;
  /** Lists the ids of the notes and attachments that are shared with this user through open invitations, at most the newest 1,000. */
  listExpected(userId: string): Promise<string[]>;
  /** Marks the open invitations that gave these users a share of these notes or attachments as redeemed. Returns these invitations. */
  settle(subjectIds: readonly string[], settled: { userIds: readonly string[]; now: number }): Promise<Invitation[]>;
  /**
   * Deletes redeemed invitations whose link has expired. Until then, the user who redeemed an invitation can open the note with its link.
   */
  deleteOld(now: number): Promise<void>;
};
