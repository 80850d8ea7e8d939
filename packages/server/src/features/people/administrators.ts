import type { Tx } from "../../platform/database/queries.ts";
import type { AdminAction } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { lookupQueries } from "./lookup-queries.ts";
import type { AdminEvent } from "./person.ts";
import { administratorQueries } from "./queries.ts";
import { requireCredential } from "./revocation.ts";

/** The administrator who performs an action. Undefined: the operator, who runs a command on the server. */
export type Actor = Caller | undefined;

/** Adds one entry to the log of administrators. */
export type Log = (action: AdminAction, subjectId: string, detail?: AdminEvent["detail"]) => Promise<void>;

type Act<T> = (tx: Tx, context: { log: Log; administrators: readonly string[]; now: number }) => Promise<T>;

/**
 * Runs an action of an administrator in a transaction that also logs the action. Only one such action runs at a time. The transaction
 * checks again that the actor is an enabled administrator. Throws `access_denied`.
 */
export async function act<T>(
  { db, clock, newId }: Pick<Deps, "db" | "clock" | "newId">,
  actor: Actor,
  work: Act<T>,
): Promise<T> {
  // Checks the role before it takes the lock, so that callers without the role never make administrators wait.
  if (actor !== undefined) await requireAdministrator(db, actor);
  return db.transaction(async (tx) => {
    const administrators = await administratorQueries(tx).holdAdministrators();
    if (actor !== undefined) {
      await requireCredential(tx, actor);
      if (!administrators.includes(actor.userId)) throw new DomainError("access_denied", "Access denied");
    }
    const now = clock();
    const log: Log = (action, subjectId, detail = {}) =>
      administratorQueries(tx).addEvent({ id: newId(), at: now, action, actorId: actor?.userId, subjectId, detail });
    return work(tx, { log, administrators, now });
  });
}

/** Throws `access_denied` if the caller is not an administrator. */
export async function requireAdministrator(tx: Tx, caller: Caller): Promise<void> {
  if ((await lookupQueries(tx).person(caller.userId))?.isAdmin !== true)
    throw new DomainError("access_denied", "Access denied");
}
