import type { Deps } from "../../../platform/deps.ts";
import type { Caller } from "../../access/caller.ts";
import { lookupQueries } from "../../people/lookups.ts";
import { accountQueries } from "../queries.ts";

/** Returns the user of a session as the caller. Queries the database every time, so that an ended session stops working immediately. */
export function authenticateSession({ db }: Pick<Deps, "db">) {
  return async (token: string): Promise<Caller | undefined> => {
    const found = await lookupQueries(db).session(token);
    return found && { userId: found.userId, credential: { kind: "session", id: found.id } };
  };
}

/** Deletes the sessions that have expired. A browser drops the cookie of such a session, so nobody asks for the session again. */
export function deleteExpiredSessions({ db, clock }: Pick<Deps, "db" | "clock">) {
  return (): Promise<void> => accountQueries(db).deleteExpiredSessions(clock());
}
