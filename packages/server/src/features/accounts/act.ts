import type { Tx } from "../../platform/database/queries.ts";
import { accountInvitationQueries } from "../sharing/account-invitation-queries.ts";
import { accountQueries } from "./queries.ts";

/**
 * Deletes the links for new passwords that administrators or the operator made. Lets the links of all invitations to the service expire.
 * The action disables or closes the account of an administrator, who may have copied these links.
 */
export async function endLinksOfAdministrators(tx: Tx, now: number): Promise<void> {
  await accountQueries(tx).deleteResetLinksByHand();
  await accountInvitationQueries(tx).expireAll(now);
}
