import type { AdminAction, AdminEvent } from "../../domain/admin-event.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import { requireAdministrator } from "../people.ts";
import type { Deps, Queries } from "../ports/index.ts";
import { requireCredential } from "../require-credential.ts";

/** An administrator. Undefined: the operator, who uses a command. */
export type Actor = Caller | undefined;

/** Writes one line into the log of administrators. */
export type Log = (action: AdminAction, subjectId: string, detail?: AdminEvent["detail"]) => Promise<void>;

type Act<T> = (tx: Queries, context: { log: Log; administrators: readonly string[]; now: number }) => Promise<T>;

/**
 * Runs an action of an administrator in a transaction that also logs it. Only one action runs at a time, and each action checks again that
 * the actor is an enabled administrator. Throws `access_denied`.
 */
export async function act<T>(
  { db, clock, newId }: Pick<Deps, "db" | "clock" | "newId">,
  actor: Actor,
  work: Act<T>,
): Promise<T> {
  // This check comes before the lock, so that other people can't make administrators wait for it.
  if (actor !== undefined) await requireAdministrator(db, actor);
  return db.transaction(async (tx) => {
    const administrators = await tx.administration.holdAdministrators();
    if (actor !== undefined) {
      await requireCredential(tx, actor);
      if (!administrators.includes(actor.userId)) throw new DomainError("access_denied", "Access denied");
    }
    const now = clock();
    const log: Log = (action, subjectId, detail = {}) =>
      tx.administration.addEvent({ id: newId(), at: now, action, actorId: actor?.userId, subjectId, detail });
    return work(tx, { log, administrators, now });
  });
}

/** Ends the links for new passwords and the invitations that administrators made. An administrator who leaves may have copied them. */
export async function endLinksOfAdministrators(
  { accounts, accountInvitations }: Pick<Queries, "accounts" | "accountInvitations">,
  now: number,
): Promise<void> {
  await accounts.deleteResetLinksByHand();
  await accountInvitations.expireAll(now);
}
