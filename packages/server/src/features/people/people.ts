import type { Queries } from "../../platform/database/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Language } from "../../platform/text/language.ts";
import { visitorActorId, visitorIdOf } from "../links/file-request.ts";
import { claimInvitations } from "../sharing/invitations/claim.ts";
import { type Caller, type EmailProof, normaliseEmail, type Person } from "./person.ts";

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
export async function rememberPersonIn(
  { people }: Pick<Queries, "people">,
  identity: Identity,
  now: number,
): Promise<void> {
  const { id, emailProvenBy, emailStatedAt, name, language, isAdmin = false } = identity;
  const email = identity.email && normaliseEmail(identity.email);
  await people.put({ id, email, emailProvenBy, emailStatedAt, name, language, isAdmin, now });
}

/** Records the instant of a sign-in. */
export function recordSignIn({ db, clock }: Pick<Deps, "db" | "clock">) {
  return (userId: string): Promise<void> => db.people.signedIn(userId, clock());
}

/**
 * Records the language in which a user reads the service. Most calls change nothing. So this reads the stored language first, because a
 * read costs less than a durable write.
 * At most one write for a user runs at a time. A call during a write does nothing, because the next page that the user opens records the
 * language.
 */
export function recordLanguage({ db: { people } }: Pick<Deps, "db">) {
  const writing = new Set<string>();
  return async (userId: string, language: Language): Promise<void> => {
    if (writing.has(userId)) return;
    writing.add(userId);
    try {
      if ((await people.languageOf(userId)) !== language) await people.setLanguage(userId, language);
    } finally {
      writing.delete(userId);
    }
  };
}

type Named = Pick<Person, "name" | "email">;

/**
 * Finds the names of users and visitors by id, with one query for the users and one for the visitors. The result does not contain unknown
 * users. The name of a visitor is the name that the visitor gave with the last file.
 * Returns an empty map if the database is unreachable. The names can be part of the response to a successful write. If this threw an error,
 * the write would seem to have failed.
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

/** Throws `access_denied` if the caller is no administrator. */
export async function requireAdministrator({ people }: Queries, caller: Caller): Promise<void> {
  if ((await people.find(caller.userId))?.isAdmin !== true) throw new DomainError("access_denied", "Access denied");
}

/** Returns the stored data of the caller. */
export function getMe({ db }: Deps) {
  return async (caller: Caller): Promise<Person> =>
    (await db.people.find(caller.userId)) ?? { id: caller.userId, email: undefined, name: undefined, isAdmin: false };
}
