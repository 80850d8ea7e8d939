import type { Page, PageRequest } from "../../platform/database/page.ts";
import type { AccountInvitation } from "./invitation.ts";

export type AccountInvitationQueries = {
  /** Stores the invitation for an email address. Replaces an earlier invitation for the same email address. */
  put(invitation: AccountInvitation): Promise<void>;
  find(invitationId: string): Promise<AccountInvitation | undefined>;
  /** Finds an invitation by its email address, and locks it until the transaction ends. */
  holdOf(email: string): Promise<AccountInvitation | undefined>;
  /** Finds an invitation by its id, and locks it until the transaction ends. */
  hold(invitationId: string): Promise<AccountInvitation | undefined>;
  delete(invitationId: string): Promise<void>;
  /** Lists the invitations that nobody has redeemed, expired ones included, the newest first. */
  listOpen(page: PageRequest): Promise<Page<AccountInvitation>>;
  /** Lets the links of all invitations expire now. The invitations stay in the list. */
  expireAll(now: number): Promise<void>;
  /** Deletes redeemed invitations whose link has expired. */
  deleteOld(now: number): Promise<void>;
};
