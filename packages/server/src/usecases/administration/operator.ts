import type { AdminAction } from "../../domain/admin-event.ts";
import { claimInvitations } from "../invitations/claim.ts";
import { type Identity, rememberPersonIn } from "../people.ts";
import type { Deps } from "../ports/index.ts";
import { act } from "./act.ts";

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
