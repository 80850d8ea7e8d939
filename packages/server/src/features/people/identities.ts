import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { isReservedForItems, visitorIdOf } from "../access/actor.ts";
import { identityQueries } from "./identity-queries.ts";
import type { Subject } from "./person.ts";
export type Claims = {
  email: string | null | undefined;
  isEmailVerified: boolean;
  name: string | undefined;
  /** The claim `iat`. Milliseconds since the epoch. Undefined: the token has no such claim. */
  issuedAt: number | undefined;
};

/**
 * Returns the user id of a JWT subject. The name of a new subject becomes the user id, unless another user already has this id. In that
 * case, the subject gets a generated id. So a subject can take over neither an account nor the data of another issuer's subject (ADR 8).
 */
export async function userOfSubject(
  tx: Tx,
  { issuer, subject, newId, jwtIssuers }: Subject & Pick<Deps, "newId" | "jwtIssuers">,
): Promise<string> {
  const find = async () => (await identityQueries(tx).find(issuer, [subject])).get(subject);
  const known = await find();
  if (known !== undefined) return known;
  if (await identityQueries(tx).claimLegacy({ issuer, subject })) return subject;
  const holder = (await identityQueries(tx).findHolders([subject])).get(subject);
  // During an update of the service, a replica of the previous version records a person without an issuer. If only one issuer is
  // configured, the person comes from this issuer.
  const hasHolder = holder !== undefined && (holder.kind !== "person" || jwtIssuers.length > 1);
  // Ids of these forms belong to visitors of links, or to users and items of applications. So no subject may have such an id.
  const isFree = !hasHolder && visitorIdOf(subject) === undefined && !isReservedForItems(subject);
  if (isFree && (await identityQueries(tx).add({ issuer, subject, userId: subject }))) return subject;
  await identityQueries(tx).add({ issuer, subject, userId: newId() });
  // Reads the row again, because another replica may have stored the subject first, with another user id.
  const userId = await find();
  if (userId === undefined) throw new Error("The subject has no user id after it was added.");
  return userId;
}
