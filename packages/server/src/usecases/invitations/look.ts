import { requireOpen } from "../../domain/invitation.ts";
import { takeFromWindow } from "../limit-windows.ts";
import { limitOf } from "../links/look.ts";
import type { Deps, InvitationWithNames } from "../ports/index.ts";
import { findByToken } from "./find.ts";

/**
 * Returns what an invitation opens, before the sign-in. Changes nothing, and counts as an opened link of the visitor's network.
 * Throws `invitation_not_found`, `invitation_used`, `invitation_expired` or `rate_limited`.
 */
export function lookAtInvitation(deps: Deps) {
  return async (token: string, { network }: { network: string }): Promise<InvitationWithNames> => {
    await takeFromWindow(deps, limitOf(network));
    const read = (id: string) => deps.db.invitations.find(id);
    const found = await findByToken(
      { ...deps, access: deps.db.access },
      { token, read, invitationOf: ({ invitation }) => invitation },
    );
    requireOpen(found.invitation, deps.clock());
    return found;
  };
}
