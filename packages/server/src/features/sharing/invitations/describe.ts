import { makeToken } from "../../../platform/crypto/link-token.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { AccountInvitation, Invitation } from "../invitation.ts";

/** An invitation in the form that the owner of the note sees: without the user, and with the token of its link. */
export type DescribedInvitation = Omit<Invitation, "userId" | "redeemedAt"> & { token: string };

/**
 * Returns the URL of the page that redeems the token. The token is in the fragment, which browsers do not send. So no log and no `Referer`
 * header contains the token.
 */
export function invitationUrl(publicUrl: string, { token }: Pick<DescribedInvitation, "token">): string {
  return `${publicUrl}/invitation#${token}`;
}

export function describeInvitation(
  deps: Pick<Deps, "linkKeys">,
  { userId: _, redeemedAt: __, ...invitation }: Invitation,
): DescribedInvitation {
  return { ...invitation, token: tokenOfInvitation(deps, invitation) };
}

export function tokenOfInvitation(
  { linkKeys: { invitations } }: Pick<Deps, "linkKeys">,
  { id: linkId, generation }: Pick<AccountInvitation, "id" | "generation">,
): string {
  const [key] = invitations;
  if (key === undefined) throw new Error("a token needs a key");
  return makeToken(key, { linkId, generation });
}
