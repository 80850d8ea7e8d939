import { visitorIdOf } from "../domain/file-request.ts";
import { isReservedForItems } from "../domain/item.ts";
import type { Caller, Subject } from "../domain/person.ts";
import { rememberPerson } from "./people.ts";
import type { Deps, Queries } from "./ports/index.ts";

type Claims = {
  email: string | null | undefined;
  isEmailVerified: boolean;
  name: string | undefined;
  /** Milliseconds since the epoch. Undefined: the token does not contain it. */
  issuedAt: number | undefined;
};

/**
 * Returns the user of a verified token, and records the user. A token does not replace the email address of a token that was issued
 * later. A token without `iat` counts as issued now.
 */
export function identifySubject(deps: Deps) {
  const remember = rememberPerson(deps);
  return async (claims: Subject & Claims): Promise<Caller> => {
    const { issuer, subject, email, isEmailVerified, name, issuedAt } = claims;
    const userId = await userOfSubject(deps.db, { ...deps, issuer, subject });
    // The clock of an issuer may be ahead. A token from the future must not make the tokens of the next hours look old.
    const emailStatedAt = issuedAt === undefined ? undefined : Math.min(issuedAt, deps.clock());
    await remember({ id: userId, email, emailProvenBy: isEmailVerified ? issuer : undefined, emailStatedAt, name });
    return { userId };
  };
}

/**
 * Returns the user id of a subject. The name of a new subject becomes its user id if nobody has this id. Otherwise the subject gets a
 * generated id. So a subject can take over neither an account nor a subject of another issuer (ADR 14).
 */
export async function userOfSubject(
  { identities }: Pick<Queries, "identities">,
  { issuer, subject, newId, jwtIssuers }: Subject & Pick<Deps, "newId" | "jwtIssuers">,
): Promise<string> {
  const find = async () => (await identities.find(issuer, [subject])).get(subject);
  const known = await find();
  if (known !== undefined) return known;
  if (await identities.claimLegacy({ issuer, subject })) return subject;
  const holder = (await identities.findHolders([subject])).get(subject);
  // A replica of the previous version records a person without an issuer. If there is only one issuer, the person belongs to this issuer.
  const hasHolder = holder !== undefined && (holder.kind !== "person" || jwtIssuers.length > 1);
  // Visitors of links and users of applications have such ids, so no user may have one.
  const isFree = !hasHolder && visitorIdOf(subject) === undefined && !isReservedForItems(subject);
  if (isFree && (await identities.add({ issuer, subject, userId: subject }))) return subject;
  await identities.add({ issuer, subject, userId: newId() });
  // Another replica may have stored the user first, so the row is read again.
  const userId = await find();
  if (userId === undefined) throw new Error("The subject has no user id after it was added.");
  return userId;
}
