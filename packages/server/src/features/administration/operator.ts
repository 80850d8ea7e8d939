import type { Deps } from "../../platform/deps.ts";
import { act } from "../accounts/act.ts";
import type { AdminAction } from "../accounts/admin-event.ts";
import { type Identity, rememberPersonIn } from "../people/people.ts";
import { claimInvitations } from "../sharing/invitations/claim.ts";

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
