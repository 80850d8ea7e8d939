import type { AdminAction } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { act } from "../people/administrators.ts";
import { claimInvitations } from "../sharing/invitations/claim.ts";
import type { Identity } from "../sharing/invitations/remember-person.ts";
import { rememberPersonIn } from "../sharing/invitations/remember-person.ts";

/**
 * Records a user. Only the operator's commands call this function, to mark an email address as proven or to make the user an administrator.
 */
export function rememberForOperator(deps: Deps) {
  return async (
    identity: Identity,
    action: Extract<AdminAction, "person.made_administrator" | "person.email_proven">,
  ): Promise<void> => {
    await act(deps, undefined, async (tx, { log, now }) => {
      await rememberPersonIn(tx, identity, now);
      await log(action, identity.id);
    });
    await claimInvitations(deps, identity.id);
  };
}
