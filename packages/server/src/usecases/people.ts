import { DomainError } from "../domain/errors.ts";
import { visitorActorId, visitorIdOf } from "../domain/file-request.ts";
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
    /** When the party stated the email address. Default: now. */
    emailStatedAt?: number | undefined;
    name: string | undefined;
    isAdmin?: boolean;
  }): Promise<void> => {
    await db.people.put({
      id: identity.id,
      email: identity.email && normaliseEmail(identity.email),
      emailProvenBy: identity.emailProvenBy,
      emailStatedAt: identity.emailStatedAt,
      name: identity.name,
      isAdmin: identity.isAdmin ?? false,
      now: clock(),
    });
  };
}

type Named = Pick<Person, "name" | "email">;

/**
 * Finds users and visitors by id with a query each. Unknown users are absent. A visitor has the name of their last file.
 * Returns nobody while the database is unreachable. The names may decorate a response to a write that succeeded, and an error would look
 * like a failure of that write.
 */
export function findPeople({ db }: Deps) {
  return async (userIds: Iterable<string>): Promise<Map<string, Named>> => {
    const ids = [...new Set(userIds)];
    const visitorIds = ids.flatMap((id) => visitorIdOf(id) ?? []);
    const ofUsers = ids.filter((id) => visitorIdOf(id) === undefined);
    try {
      const users = ofUsers.length === 0 ? [] : await db.people.findByIds(ofUsers);
      const names = visitorIds.length === 0 ? new Map<string, string>() : await db.visitorFiles.namesOf(visitorIds);
      const visitors = visitorIds.map((id) => [visitorActorId(id), presentVisitor(names.get(id))] as const);
      return new Map<string, Named>([...users, ...visitors]);
    } catch (error) {
      if (error instanceof DomainError && error.code === "database_unavailable") return new Map();
      throw error;
    }
  };
}

function presentVisitor(name: string | undefined): Named {
  return { name: name === undefined ? "Visitor" : `${name} (visitor)`, email: undefined };
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
