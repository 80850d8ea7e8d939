import type { Tx } from "../../../platform/database/queries.ts";
import type { EmailProof } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { Language } from "../../../platform/text/language.ts";
import type { Caller } from "../../access/caller.ts";
import { type Claims, userOfSubject } from "../../people/find-users.ts";
import { normaliseEmail, type Subject } from "../../people/person.ts";
import { peopleQueries } from "../../people/queries.ts";
import { claimInvitations } from "./claim.ts";

export type Identity = {
  id: string;
  /** Undefined: no change. Null: the email address is removed. */
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
 * Records a user from an account or a trusted token, so that others can share with the user's email address.
 * If the email address of the user is proven, gives the user the shares that wait for it. Does this each time, so if it was interrupted,
 * the next sign-in completes it.
 */
export function rememberPerson({ db, clock }: Pick<Deps, "db" | "clock">) {
  return async (identity: Identity): Promise<void> => {
    await rememberPersonIn(db, identity, clock());
    if (identity.email) await claimInvitations({ db, clock }, identity.id);
  };
}

/** Records a user inside the transaction of the caller. Does not give the user the shares that wait for the email address. */
export async function rememberPersonIn(tx: Tx, identity: Identity, now: number): Promise<void> {
  const { id, emailProvenBy, emailStatedAt, name, language, isAdmin = false } = identity;
  const email = identity.email && normaliseEmail(identity.email);
  await peopleQueries(tx).put({ id, email, emailProvenBy, emailStatedAt, name, language, isAdmin, now });
}

/** Records the instant of a sign-in. */
export function recordSignIn({ db, clock }: Pick<Deps, "db" | "clock">) {
  return (userId: string): Promise<void> => peopleQueries(db).signedIn(userId, clock());
}

/**
 * Returns the user of a verified JWT, and records the user. If the stored email address comes from a JWT that was issued later than this
 * one, the email address does not change. A JWT without `iat` counts as issued now.
 */
export function identifySubject(deps: Deps) {
  const remember = rememberPerson(deps);
  return async (claims: Subject & Claims): Promise<Caller> => {
    const { issuer, subject, email, isEmailVerified, name, issuedAt } = claims;
    const userId = await userOfSubject(deps.db, { ...deps, issuer, subject });
    // The clock of an issuer may be ahead. Without this limit, one token from the future would make the service ignore the email addresses
    // in later tokens.
    const emailStatedAt = issuedAt === undefined ? undefined : Math.min(issuedAt, deps.clock());
    await remember({ id: userId, email, emailProvenBy: isEmailVerified ? issuer : undefined, emailStatedAt, name });
    return { userId };
  };
}
