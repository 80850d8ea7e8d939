import type { Tx } from "../../platform/database/queries.ts";
import type { JwtIssuer } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { invalidRequest } from "../../platform/errors.ts";
import { type Caller, isReservedForItems, visitorIdOf } from "../access/caller.ts";
import { lookupQueries } from "./lookup-queries.ts";
import { type IdHolder, normaliseEmail, receiverAmong, type Subject } from "./person.ts";
import { identityQueries, peopleQueries } from "./queries.ts";

/**
 * The result for one user id or email address in a share request. `unknown`: no user has this id. The result for an email address is always
 * `shared`, so that it does not reveal whether an account exists (ADR 8).
 */
export type ShareResult = { userId: string; outcome: "shared" | "unknown" } | { email: string; outcome: "shared" };

type Context = Pick<Deps, "newId" | "jwtIssuers">;

export type Receivers = {
  userIds: string[];
  /** The normalised email addresses, without duplicates. */
  emails: string[];
  results: ShareResult[];
};

/** Finds the receivers in a share request. Returns one result for each user id and email address. Throws `invalid_request`. */
export async function findReceivers(
  queries: Tx,
  request: Context & { caller: Caller; userIds: readonly string[]; emails: readonly string[]; ownerId: string },
): Promise<Receivers> {
  const { caller, ownerId } = request;
  if (request.userIds.length + request.emails.length === 0) {
    throw invalidRequest("Give at least one of userIds and emails.");
  }
  const issuer = await identityQueries(queries).issuerOf(caller.userId);
  const usersById = await findUsersById(queries, { ...request, issuer });
  const emails = [...new Set(request.emails.map(normaliseEmail))];
  // Compares only the texts of the email addresses, and not their users, so that no error reveals to the owner which user has an email
  // address.
  const ownEmail = emails.length === 0 ? undefined : (await lookupQueries(queries).person(ownerId))?.email;
  if ([...usersById.values()].includes(ownerId) || (ownEmail !== undefined && emails.includes(ownEmail))) {
    throw invalidRequest("The owner already has access. Remove the owner from the list.");
  }
  const ofIds = request.userIds.map((userId): ShareResult => {
    return { userId, outcome: usersById.has(userId) ? "shared" : "unknown" };
  });
  const ofEmails = request.emails.map((email): ShareResult => ({ email, outcome: "shared" }));
  return { userIds: [...new Set(usersById.values())], emails, results: [...ofIds, ...ofEmails] };
}

/**
 * Finds the user of each normalised email address. The user is undefined if nobody has the email address, or if several users could be
 * meant. `needsProof`: finds only users who have proven their email address. Default: false.
 */
export async function findHolders(
  tx: Tx,
  emails: readonly string[],
  options?: { needsProof: boolean },
): Promise<Map<string, string | undefined>> {
  const holders = Map.groupBy(await peopleQueries(tx).findByEmails(emails), ({ email }) => email);
  return new Map(
    emails.map((email) => {
      const receiver = receiverAmong(holders.get(email) ?? [], options);
      return [email, typeof receiver === "string" ? undefined : receiver.id];
    }),
  );
}

/**
 * Finds users by the ids in a request. The function first searches for a subject in the JWTs of the caller's issuer, and then for a user
 * with this id. If it finds neither, it adds a user for a new subject of the issuer, who may sign in later. If several issuers are
 * possible, the id stays unknown.
 */
export async function findUsersById(
  queries: Tx,
  request: Context & { userIds: readonly string[]; issuer: JwtIssuer | undefined },
): Promise<Map<string, string>> {
  const { userIds, issuer, jwtIssuers } = request;
  const users = issuer === undefined ? new Map<string, string>() : await identityQueries(queries).find(issuer, userIds);
  // The ids are sorted, because two requests that add the same subjects in different orders could cause a deadlock.
  const others = [...new Set(userIds)].filter((userId) => !users.has(userId)).toSorted();
  const holders = others.length === 0 ? undefined : await identityQueries(queries).findHolders(others);
  const meant = issuer ?? (jwtIssuers.length === 1 ? jwtIssuers[0] : undefined);
  for (const userId of others) {
    const holder = holders?.get(userId);
    if (holder === undefined && meant !== undefined) {
      users.set(userId, await userOfSubject(queries, { ...request, issuer: meant, subject: userId }));
    } else if (holder !== undefined && !isForeignSubject(holder, { userId, issuer })) {
      users.set(userId, userId);
    }
  }
  return users;
}

/**
 * Returns whether the id belongs to a subject of another issuer. Two issuers may use the same subject for different users, and the caller
 * means the user of the caller's own issuer.
 */
function isForeignSubject(
  holder: IdHolder,
  { userId, issuer }: { userId: string; issuer: JwtIssuer | undefined },
): boolean {
  return issuer !== undefined && holder.kind === "subject" && holder.issuer !== issuer && holder.subject === userId;
}

/** The claims of a JWT about a user. */
export type Claims = {
  /** Undefined: the JWT contains no email address. Null: the user can't get shares by email address. */
  email: string | null | undefined;
  isEmailVerified: boolean;
  name: string | undefined;
  /** The claim `iat`, in milliseconds since the epoch. Undefined: the JWT has no `iat`. */
  issuedAt: number | undefined;
};

/**
 * Returns the user id of a JWT subject. A new subject becomes the user id, unless another user already has this id. In this case, the
 * service generates an id, so that the subject can't take over another user's account or data (ADR 8).
 */
export async function userOfSubject(
  tx: Tx,
  { issuer, subject, newId, jwtIssuers }: Subject & Pick<Deps, "newId" | "jwtIssuers">,
): Promise<string> {
  const find = async () => (await identityQueries(tx).find(issuer, [subject])).get(subject);
  const known = await find();
  if (known !== undefined) return known;
  const holder = (await identityQueries(tx).findHolders([subject])).get(subject);
  // During an update, a replica of the previous version records a person without an issuer. If only one issuer is configured, the person
  // comes from this issuer.
  const hasHolder = holder !== undefined && (holder.kind !== "person" || jwtIssuers.length > 1);
  // A user of a JWT may not have an id in the form of a visitor's id, or in a form that is reserved for applications.
  const isFree = !hasHolder && visitorIdOf(subject) === undefined && !isReservedForItems(subject);
  if (isFree && (await identityQueries(tx).add({ issuer, subject, userId: subject }))) return subject;
  await identityQueries(tx).add({ issuer, subject, userId: newId() });
  // Another replica may have stored the subject first, with another user id. This read finds the stored user id.
  const userId = await find();
  if (userId === undefined) throw new Error("The subject has no user id after it was added.");
  return userId;
}
