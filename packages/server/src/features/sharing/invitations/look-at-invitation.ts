import type { Deps } from "../../../platform/deps.ts";
import { limitOf, takeFromWindow, unlessDiskIsFull } from "../../../platform/limits/in-database.ts";
import { lookupQueries } from "../../people/lookups.ts";
import type { InvitationWithNames } from "../invitation.ts";
import { type AccountInvitation, requireOpen } from "../invitation.ts";
import { invitationQueries } from "../invitation-queries.ts";
import { findAccountInvitation, findByToken } from "./find.ts";

/** An invitation to a note or a file, or to the service. If the name of the inviter is not known, `inviterName` is undefined. */
export type LookedAt =
  | ({ opens: "share" } & InvitationWithNames)
  | { opens: "service"; invitation: AccountInvitation; inviterName: string | undefined };

/**
 * Returns what an invitation opens, for a caller who has not signed in yet. Changes nothing. The number of links and invitations that one
 * network can open in a minute is limited, and this call counts as one.
 * Throws `invitation_not_found`, `invitation_used`, `invitation_expired` or `rate_limited`.
 */
export function lookAtInvitation(deps: Deps) {
  return async (token: string, { network }: { network: string }): Promise<LookedAt> => {
    await unlessDiskIsFull(takeFromWindow(deps, limitOf(network)));
    const toService = await findAccountInvitation(deps, token);
    if (toService !== undefined) {
      requireOpen(toService, deps.clock());
      const { invitedBy } = toService;
      const inviter = invitedBy === undefined ? undefined : await lookupQueries(deps.db).person(invitedBy);
      return { opens: "service", invitation: toService, inviterName: inviter?.name };
    }
    const read = (id: string) => invitationQueries(deps.db).find(id);
    const found = await findByToken(deps, { token, read, invitationOf: ({ invitation }) => invitation });
    requireOpen(found.invitation, deps.clock());
    return { opens: "share", ...found };
  };
}
