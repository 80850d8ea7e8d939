import { DomainError } from "../domain/errors.ts";
import type { Deps, Queries } from "./ports/index.ts";

/** Disables a user: ends all sessions, and refuses every credential from the next request on every replica. */
export function disableUser({ db, clock }: Deps) {
  return (userId: string): Promise<void> => db.transaction((tx) => tx.disabledUsers.add(userId, clock()));
}

/** Enables a user again. API tokens and JWTs work again, sessions do not. False: the user was not disabled. */
export function enableUser({ db }: Deps) {
  return (userId: string): Promise<boolean> => db.disabledUsers.remove(userId);
}

/** Throws `access_denied` for a disabled user. Queries the database every time. */
export function requireEnabled({ db }: { db: Pick<Queries, "disabledUsers"> }) {
  return async (userId: string): Promise<void> => {
    if (!(await db.disabledUsers.has(userId))) return;
    throw new DomainError("access_denied", "This user is disabled. Ask an administrator to enable it.");
  };
}
