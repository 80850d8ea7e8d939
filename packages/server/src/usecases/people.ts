import { DomainError } from "../domain/errors.ts";
import { type Caller, normaliseEmail, type Person } from "../domain/person.ts";
import type { Deps } from "./ports/index.ts";

/** Records who someone is, as an account or a trusted token says, so that others can share with them by address. */
export function rememberPerson({ db, clock }: Deps) {
  return async (identity: {
    id: string;
    email: string | undefined;
    name: string | undefined;
    isAdmin?: boolean;
  }): Promise<void> => {
    await db.people.put({
      id: identity.id,
      email: identity.email === undefined ? undefined : normaliseEmail(identity.email),
      name: identity.name,
      isAdmin: identity.isAdmin ?? false,
      now: clock(),
    });
  };
}

/**
 * Those of these people who are known here, by id; one query for all of them. Nobody, when the database can't be asked: the answer that
 * the names are for may be about a write that is done, and would read as its failure.
 */
export function findPeople({ db }: Deps) {
  return async (userIds: Iterable<string>): Promise<Map<string, Person>> => {
    const ids = [...new Set(userIds)];
    return ids.length === 0 ? new Map() : db.people.findByIds(ids).catch(nobody);
  };
}

function nobody(error: unknown): Map<string, Person> {
  if (error instanceof DomainError && error.code === "database_unavailable") return new Map();
  throw error;
}

/** The caller, as recorded. */
export function getMe({ db }: Deps) {
  return async (caller: Caller): Promise<Person> =>
    (await db.people.find(caller.userId)) ?? { id: caller.userId, email: undefined, name: undefined, isAdmin: false };
}
