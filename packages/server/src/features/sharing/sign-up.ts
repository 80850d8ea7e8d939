import type { Tx } from "../../platform/database/queries.ts";
import type { EmailProof, Language } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { type Claims, userOfSubject } from "../people/find-users.ts";
import { normaliseEmail, type Subject } from "../people/person.ts";
import { peopleQueries } from "../people/queries.ts";
import { acceptInvitation, findAccountInvitation, findByToken, giveWaitingShares } from "./accept-invitation.ts";
import { type AccountInvitation, type Invitation, isOpen, requireOpen } from "./invitation.ts";
import { accountInvitationQueries } from "./queries/account-invitations.ts";
import { invitationQueries } from "./queries/invitations.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newId" | "linkKeys" | "policy">;
type NewUser = { id: string; name: string };
/** Marks the invitation with which a person has created an account as used. Call this function after the account exists. */
type Accept = (user: NewUser) => Promise<void>;

const CLOSED = {
  closed: "Sign-up is closed. Ask an administrator for an account.",
  invited: "Sign-up needs an invitation. Ask somebody for one, and open its link.",
};

/**
 * Decides whether a person may create an account with this email address. Returns a function that the caller must call when the account
 * exists. An invitation works only for its own email address, so people can create only one account with it. Throws `access_denied`,
 * `invitation_not_found`, `invitation_used`, `invitation_expired`, or `invalid_request` for an email address that the invitation does not
 * name.
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
    // With open sign-up, the sign-up does not check an invitation to a note. The new user accepts this invitation later on its page.
    if (token === undefined || mode === "open") return async () => undefined;
    if (mode === "closed") throw new DomainError("access_denied", CLOSED.closed);
    const toNote = await findByToken(deps, token, (id) => invitationQueries(db).find(id));
    requireUsable(toNote.invitation, { email, now: clock() });
    return ({ id: userId }) => acceptInvitation(deps)({ userId }, token).then(() => undefined, orRefused);
  };
}

function requireUsable(
  invitation: AccountInvitation | Invitation,
  { email, now }: { email: string | undefined; now: number },
): void {
  requireOpen(invitation, now);
  if (email === invitation.email) return;
  throw invalidRequest(`This invitation is for ${invitation.email}. Use this email address.`);
}

/** Marks an account invitation as used. The use also proves the email address. */
async function accept(
  deps: PartDeps,
  { admitted, user }: { admitted: AccountInvitation; user: NewUser },
): Promise<void> {
  const { db, clock } = deps;
  const isAccepted = await db.transaction(async (tx) => {
    const invitation = await accountInvitationQueries(tx).hold(admitted.id);
    // During the sign-up, somebody may have renewed, revoked or used the invitation, or it may have expired. So it is checked again.
    if (invitation?.generation !== admitted.generation || !isOpen(invitation, clock())) return false;
    await accountInvitationQueries(tx).put({ ...invitation, acceptedAt: clock() });
    await rememberPersonIn(tx, { ...user, email: invitation.email, emailProvenBy: "operator" }, clock());
    return true;
  });
  if (isAccepted) await giveWaitingShares(deps, user.id);
}

/** Ignores a refused invitation, because the account already exists. The page of the invitation shows why it does not work. */
function orRefused(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

export type Identity = {
  id: string;
  /** Undefined: no change. Null: the user has no email address any more. */
  email: string | null | undefined;
  emailProvenBy?: EmailProof | undefined;
  /** The instant at which the JWT issuer or the account stated the email address. Default: now. */
  emailStatedAt?: number | undefined;
  name: string | undefined;
  /** Undefined: no change. */
  language?: Language | undefined;
  isAdmin?: boolean;
};

/**
 * Records a user from an account or a trusted JWT, so that other people can share with the user's email address. Also gives the user the
 * shares that wait for a proven email address. Each call gives the waiting shares, so the next sign-in completes an interrupted call.
 */
export function rememberPerson({ db, clock }: Pick<Deps, "db" | "clock">) {
  return async (identity: Identity): Promise<void> => {
    await rememberPersonIn(db, identity, clock());
    if (identity.email) await giveWaitingShares({ db, clock }, identity.id);
  };
}

/** Records a user inside the transaction of the caller. Does not give the user the waiting shares of the email address. */
export async function rememberPersonIn(tx: Tx, identity: Identity, now: number): Promise<void> {
  const { id, emailProvenBy, emailStatedAt, name, language, isAdmin = false } = identity;
  const email = identity.email && normaliseEmail(identity.email);
  await peopleQueries(tx).put({ id, email, emailProvenBy, emailStatedAt, name, language, isAdmin, now });
}

export function recordSignIn({ db, clock }: Deps) {
  return (userId: string): Promise<void> => peopleQueries(db).signedIn(userId, clock());
}

/**
 * Returns and records the user of a verified JWT. If the stored email address comes from a later JWT, this address does not change. A JWT
 * without `iat` counts as issued now.
 */
export function identifySubject(deps: Deps) {
  const remember = rememberPerson(deps);
  return async (claims: Subject & Claims): Promise<Caller> => {
    const { issuer, subject, email, isEmailVerified, name, issuedAt } = claims;
    const userId = await userOfSubject(deps.db, { ...deps, issuer, subject });
    // Limits a JWT from the future, because the clock of a JWT issuer may be ahead, and later JWTs must still change the email address.
    const emailStatedAt = issuedAt === undefined ? undefined : Math.min(issuedAt, deps.clock());
    await remember({ id: userId, email, emailProvenBy: isEmailVerified ? issuer : undefined, emailStatedAt, name });
    return { userId };
  };
}
