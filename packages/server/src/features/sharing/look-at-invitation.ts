import { readToken, tokenIsRight } from "../../platform/crypto/link-token.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { limitOf, takeFromWindow, unlessDiskIsFull } from "../../platform/limits/in-database.ts";
import { accessQueries } from "../access/queries.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { type AccountInvitation, type Invitation, type InvitationWithNames, requireOpen } from "./invitation.ts";
import { accountInvitationQueries } from "./queries/account-invitations.ts";
import { invitationQueries } from "./queries/invitations.ts";

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

export function invitationNotFound(): DomainError {
  const problem = "There is no such invitation. It was revoked, or a newer link replaced this one.";
  return new DomainError("invitation_not_found", problem);
}

/** Returns the invitation to the service that a token belongs to, or undefined if there is no such invitation. */
export async function findAccountInvitation(
  { linkKeys, db }: Pick<Deps, "linkKeys"> & { db: Tx },
  text: string,
): Promise<AccountInvitation | undefined> {
  const token = readToken(text);
  const found = token && (await accountInvitationQueries(db).find(token.linkId));
  if (token === undefined || found === undefined) return undefined;
  return tokenIsRight(linkKeys.invitations, token, found.generation) ? found : undefined;
}

/**
 * Returns the invitation that a token belongs to. `read` finds the invitation by its id. Throws `invitation_not_found`, also if the owner
 * of the note is disabled.
 */
export async function findByToken<Found>(
  { linkKeys, db }: Pick<Deps, "linkKeys"> & { db: Tx },
  {
    token: text,
    read,
    invitationOf,
  }: {
    token: string;
    read: (invitationId: string) => Promise<Found | undefined>;
    invitationOf: (found: Found) => Invitation;
  },
): Promise<Found> {
  const token = readToken(text);
  const found = token && (await read(token.linkId));
  if (token === undefined || found === undefined) throw invitationNotFound();
  const { generation, ownerId, noteId } = invitationOf(found);
  if (!tokenIsRight(linkKeys.invitations, token, generation)) throw invitationNotFound();
  if ((await accessQueries(db).note(ownerId, noteId))?.role !== "owner") throw invitationNotFound();
  return found;
}
