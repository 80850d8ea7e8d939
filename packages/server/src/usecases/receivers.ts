import { DomainError } from "../domain/errors.ts";
import { type Caller, type EmailHolder, type JwtIssuer, normaliseEmail, receiverAmong } from "../domain/person.ts";
import { userOfSubject } from "./identities.ts";
import type { Deps, IdHolder, Queries } from "./ports/index.ts";

/**
 * How sharing with one receiver of the request ended. `unknown`: nobody has this id or email address.
 * `ambiguous`: several users have this email address, and the service can't tell who owns it.
 */
export type ShareResult =
  | { userId: string; outcome: "shared" | "unknown" }
  | { email: string; outcome: "shared" | "unknown" | "ambiguous" };

type Context = Pick<Deps, "newId" | "jwtIssuers">;

/** Finds the users of a share request, with one result for each receiver. Throws `invalid_request`. */
export async function findReceivers(
  queries: Queries,
  request: Context & { caller: Caller; userIds: readonly string[]; emails: readonly string[]; ownerId: string },
): Promise<{ userIds: Set<string>; results: ShareResult[] }> {
  const { caller, ownerId } = request;
  if (request.userIds.length + request.emails.length === 0) {
    throw new DomainError("invalid_request", "Give at least one of userIds and emails.");
  }
  const issuer = await queries.identities.issuerOf(caller.userId);
  const usersById = await findUsersById(queries, { ...request, issuer });
  const usersByEmail = await findUsersByEmail(queries, request.emails);
  const userIds = new Set(usersById.values());
  for (const user of usersByEmail.values()) if (typeof user !== "string") userIds.add(user.id);
  if (userIds.has(ownerId)) {
    throw new DomainError("invalid_request", "The owner already has access. Remove the owner from the list.");
  }
  const byId = request.userIds.map((userId): ShareResult => {
    return { userId, outcome: usersById.has(userId) ? "shared" : "unknown" };
  });
  const byEmail = request.emails.map((email): ShareResult => {
    const user = usersByEmail.get(normaliseEmail(email)) ?? "unknown";
    return { email, outcome: typeof user === "string" ? user : "shared" };
  });
  return { userIds, results: [...byId, ...byEmail] };
}

/** The receivers by normalised email address, or why there is none. */
async function findUsersByEmail(
  queries: Queries,
  emails: readonly string[],
): Promise<Map<string, EmailHolder | "unknown" | "ambiguous">> {
  if (emails.length === 0) return new Map();
  const wanted = [...new Set(emails.map(normaliseEmail))];
  const holders = Map.groupBy(await queries.people.findByEmails(wanted), ({ email }) => email);
  return new Map(wanted.map((email) => [email, receiverAmong(holders.get(email) ?? [])]));
}

/**
 * Finds users by the ids of a request: first as subjects of the caller's issuer, then as ids of users.
 * An id that nobody has becomes the id of a subject who has not come yet. It stays unknown if several issuers can be meant.
 */
async function findUsersById(
  queries: Queries,
  request: Context & { userIds: readonly string[]; issuer: JwtIssuer | undefined },
): Promise<Map<string, string>> {
  const { userIds, issuer, jwtIssuers } = request;
  const users = issuer === undefined ? new Map<string, string>() : await queries.identities.find(issuer, userIds);
  // Sorted to avoid a deadlock of two requests that add the same subjects.
  const others = [...new Set(userIds)].filter((userId) => !users.has(userId)).toSorted();
  const holders = others.length === 0 ? undefined : await queries.identities.findHolders(others);
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

/** Whether a caller who names subjects of one issuer would reach a subject of another issuer who has the same name. */
function isForeignSubject(
  holder: IdHolder,
  { userId, issuer }: { userId: string; issuer: JwtIssuer | undefined },
): boolean {
  return issuer !== undefined && holder.kind === "subject" && holder.issuer !== issuer && holder.subject === userId;
}
