import type { Queries } from "../../platform/database/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { visitorIdOf } from "../links/file-request.ts";
import { isReservedForItems } from "./item.ts";
import { rememberPerson } from "./people.ts";
import type { Caller, Subject } from "./person.ts";

type Claims = {
  email: string | null | undefined;
  isEmailVerified: boolean;
  name: string | undefined;
  /** The claim `iat`. Milliseconds since the epoch. Undefined: the token has no such claim. */
  issuedAt: number | undefined;
};

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

/**
 * Returns the user id of a JWT subject. The name of a new subject becomes the user id, unless another user already has this id. In that
 * case, the subject gets a generated id. So a subject can take over neither an account nor the data of another issuer's subject (ADR 8).
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
  // During an update of the service, a replica of the previous version records a person without an issuer. If only one issuer is
  // configured, the person comes from this issuer.
  const hasHolder = holder !== undefined && (holder.kind !== "person" || jwtIssuers.length > 1);
  // Ids of these forms belong to visitors of links, or to users and items of applications. So no subject may have such an id.
  const isFree = !hasHolder && visitorIdOf(subject) === undefined && !isReservedForItems(subject);
  if (isFree && (await identities.add({ issuer, subject, userId: subject }))) return subject;
  await identities.add({ issuer, subject, userId: newId() });
  // Reads the row again, because another replica may have stored the subject first, with another user id.
  const userId = await find();
  if (userId === undefined) throw new Error("The subject has no user id after it was added.");
  return userId;
}
