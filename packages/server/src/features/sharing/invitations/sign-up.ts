import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { accountInvitationQueries } from "../account-invitation-queries.ts";
import { type AccountInvitation, type Invitation, isOpen, requireOpen } from "../invitation.ts";
import { invitationQueries } from "../invitation-queries.ts";
import { claimInvitations } from "./claim.ts";
import { findAccountInvitation, findByToken } from "./find.ts";
import { redeemInvitation } from "./redeem.ts";
import { rememberPersonIn } from "./remember-person.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newId" | "linkKeys" | "policy">;
type NewUser = { id: string; name: string };
/** Marks the invitation with which a person created an account as used. Call it after the account was created. */
type Accept = (user: NewUser) => Promise<void>;

const CLOSED = {
  closed: "Sign-up is closed. Ask an administrator for an account.",
  invited: "Sign-up needs an invitation. Ask somebody for one, and open its link.",
};

/**
 * Decides whether a person may create an account with this email address. Call the returned function when the account exists. An invitation
 * works only for its own email address, so people can create only one account with it.
 * Throws `access_denied`, `invitation_not_found`, `invitation_used`, `invitation_expired`, or `invalid_request` for another email address.
 */
export function admitSignUp(deps: PartDeps) {
  const { db, clock, policy } = deps;
  return async ({ email, token }: { email: string | undefined; token: string | undefined }): Promise<Accept> => {
    const mode = policy.current["sign-up"];
    if (token === undefined && mode !== "open") throw new DomainError("access_denied", CLOSED[mode]);
    const toService = token === undefined ? undefined : await findAccountInvitation(deps, token);
    if (toService !== undefined) {
      requireUsable(toService, { email, now: clock() });
      return (user) => accept(deps, { admitted: toService, user });
    }
    // If sign-up is open, an invitation to a note needs no check here. The new user redeems it later, on the page of the invitation.
    if (token === undefined || mode === "open") return async () => undefined;
    if (mode === "closed") throw new DomainError("access_denied", CLOSED.closed);
    const read = async (id: string) => (await invitationQueries(db).find(id))?.invitation;
    const toNote = await findByToken(deps, { token, read, invitationOf: (found) => found });
    requireUsable(toNote, { email, now: clock() });
    return ({ id: userId }) => redeemInvitation(deps)({ userId }, token).then(() => undefined, orRefused);
  };
}

function requireUsable(
  invitation: AccountInvitation | Invitation,
  { email, now }: { email: string | undefined; now: number },
): void {
  requireOpen(invitation, now);
  if (email === invitation.email) return;
  throw new DomainError("invalid_request", `This invitation is for ${invitation.email}. Use this email address.`);
}

/** Marks an invitation to the service as used. The email address then counts as proven. */
async function accept(
  deps: PartDeps,
  { admitted, user }: { admitted: AccountInvitation; user: NewUser },
): Promise<void> {
  const { db, clock } = deps;
  const isAccepted = await db.transaction(async (tx) => {
    const invitation = await accountInvitationQueries(tx).hold(admitted.id);
    // Checks the invitation again. During the sign-up, it may have been renewed, revoked or used, or it may have expired.
    if (invitation?.generation !== admitted.generation || !isOpen(invitation, clock())) return false;
    await accountInvitationQueries(tx).put({ ...invitation, redeemedAt: clock() });
    await rememberPersonIn(tx, { ...user, email: invitation.email, emailProvenBy: "operator" }, clock());
    return true;
  });
  if (isAccepted) await claimInvitations(deps, user.id);
}

/** Ignores a refused invitation, because the account already exists. The page of the invitation shows why the invitation does not work. */
function orRefused(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}
