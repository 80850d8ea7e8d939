import { DomainError } from "../domain/errors.ts";
import { type Caller, type EmailProof, normaliseEmail, type Person } from "../domain/person.ts";
import type { Deps, Queries } from "./ports/index.ts";

/**
 * Records a user from an account or a trusted token, so that others can share by email address.
 * `email` undefined: it stays. Null: it is removed.
 */
export function rememberPerson({ db, clock }: Deps) {
  return async (identity: {
    id: string;
    email: string | null | undefined;
    emailProvenBy?: EmailProof | undefined;
    name: string | undefined;
    isAdmin?: boolean;
  }): Promise<void> => {
    await db.people.put({
      id: identity.id,
      email: identity.email && normaliseEmail(identity.email),
      emailProvenBy: identity.emailProvenBy,
      name: identity.name,
      isAdmin: identity.isAdmin ?? false,
      now: clock(),
    });
  };
}

/**
 * Finds users by id with one query. Unknown users are absent.
 * Returns no users while the database is unreachable. The names may decorate a response to a write that succeeded, and an error would look
 * like a failure of that write.
 */
export function findPeople({ db }: Deps) {
  return async (userIds: Iterable<string>): Promise<Map<string, Person>> => {
    const ids = [...new Set(userIds)];
    return ids.length === 0 ? new Map() : db.people.findByIds(ids).catch(emptyIfUnavailable);
  };
}

function emptyIfUnavailable(error: unknown): Map<string, Person> {
  if (error instanceof DomainError && error.code === "database_unavailable") return new Map();
  throw error;
}

/** Throws `access_denied` for a caller who is no administrator. */
export async function requireAdministrator({ people }: Queries, caller: Caller): Promise<void> {
  if ((await people.find(caller.userId))?.isAdmin !== true) throw new DomainError("access_denied", "Access denied");
}

/** Returns the caller. */
export function getMe({ db }: Deps) {
  return async (caller: Caller): Promise<Person> =>
    (await db.people.find(caller.userId)) ?? { id: caller.userId, email: undefined, name: undefined, isAdmin: false };
}
