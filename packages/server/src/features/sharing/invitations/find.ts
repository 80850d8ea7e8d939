import { readToken, tokenIsRight } from "../../../platform/crypto/link-token.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { accessQueries } from "../../access/queries.ts";
import { accountInvitationQueries } from "../account-invitation-queries.ts";
import type { AccountInvitation, Invitation } from "../invitation.ts";

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
