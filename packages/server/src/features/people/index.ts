import type { Person as WirePerson } from "@valetkey/contract";
import type { Tx } from "../../platform/database/queries.ts";
import type { Language } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { type Caller, visitorActorId, visitorIdOf } from "../access/caller.ts";
import { lookupQueries } from "./lookup-queries.ts";
import type { Person } from "./person.ts";
import { peopleQueries } from "./queries.ts";
import { requireEnabled } from "./revocation.ts";

export type PeopleVerbs = ReturnType<typeof createPeople>;

export function createPeople(deps: Deps) {
  return {
    requireEnabled: requireEnabled(deps),
    recordLanguage: recordLanguage(deps),
    findPeople: findPeople(deps),
    getMe: getMe(deps),
  };
}

/**
 * Records the language in which a user reads the service. Most calls change nothing, so the function first reads the stored language,
 * because a read costs less than a durable write. At most one write for a user runs at a time. A call during a write does nothing, because
 * the next page of the user records the language.
 */
export function recordLanguage({ db }: Pick<Deps, "db">) {
  const writing = new Set<string>();
  return async (userId: string, language: Language): Promise<void> => {
    if (writing.has(userId)) return;
    writing.add(userId);
    try {
      if ((await peopleQueries(db).languageOf(userId)) !== language)
        await peopleQueries(db).setLanguage(userId, language);
    } finally {
      writing.delete(userId);
    }
  };
}

type Named = Pick<Person, "name" | "email">;

/**
 * Finds the names of users and visitors by id, with one query for the users and one for the visitors. The map omits unknown users. A
 * visitor has the name that the visitor entered with the last file. Returns an empty map if the database is unreachable. The response to a
 * successful write can contain names, and an error here would make this write look failed.
 */
export function findPeople({ db }: Deps) {
  return async (userIds: Iterable<string>): Promise<Map<string, Named>> => {
    const ids = [...new Set(userIds)];
    const visitorIds = ids.flatMap((id) => visitorIdOf(id) ?? []);
    const ofUsers = ids.filter((id) => visitorIdOf(id) === undefined);
    try {
      const users = ofUsers.length === 0 ? [] : await peopleQueries(db).findByIds(ofUsers);
      const names = visitorIds.length === 0 ? new Map<string, string>() : await peopleQueries(db).namesOf(visitorIds);
      const visitors = visitorIds.map(
        (id) => [visitorActorId(id), { name: nameOfVisitor(names.get(id)), email: undefined }] as const,
      );
      return new Map<string, Named>([...users, ...visitors]);
    } catch (error) {
      if (error instanceof DomainError && error.code === "database_unavailable") return new Map();
      throw error;
    }
  };
}

export function nameOfVisitor(name: string | undefined): string {
  return name === undefined ? "Visitor" : `${name} (visitor)`;
}

/** Returns the stored data of the caller, or only the id if the database has none. */
export function getMe({ db }: Deps) {
  return async (caller: Caller): Promise<Person> =>
    (await lookupQueries(db).person(caller.userId)) ?? {
      id: caller.userId,
      email: undefined,
      name: undefined,
      isAdmin: false,
    };
}

/** Returns the email address of a user, or undefined if the user has not proven it. */
export async function provenEmailOf(db: Tx, userId: string): Promise<string | undefined> {
  const email = (await lookupQueries(db).person(userId))?.email;
  return email !== undefined && (await isProven(db, { userId, email })) ? email : undefined;
}

/** Returns whether the user has proven the ownership of this email address. */
export async function isProven(tx: Tx, { userId, email }: { userId: string; email: string }): Promise<boolean> {
  return (await peopleQueries(tx).findByEmails([email])).some(({ id, isProven }) => id === userId && isProven);
}

/** The users that a response mentions, by id, without unknown users. */
export type People = ReadonlyMap<string, Pick<Person, "name" | "email">>;

/** Converts a user to the form of a response. For an unknown user, the response contains only the id. */
export function presentPerson(id: string, people: People): WirePerson {
  const { name, email } = people.get(id) ?? {};
  return { id, name: name ?? null, email: email ?? null };
}
