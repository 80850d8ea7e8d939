import { defineQueries, type Tx } from "../../platform/database/queries.ts";
import type { AdminAction } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { lookupQueries } from "./lookups.ts";
import { requireCredential } from "./revocation.ts";

/** The administrator who acts. Undefined: the operator, who runs a command on the server. */
export type Actor = Caller | undefined;

/** Adds one event to the log of the actions of administrators. */
export type Log = (action: AdminAction, subjectId: string, detail?: AdminEvent["detail"]) => Promise<void>;

type Act<T> = (tx: Tx, context: { log: Log; administrators: readonly string[]; now: number }) => Promise<T>;

/**
 * Runs an action of an administrator in a transaction that also logs the action. Only one such action runs at a time. The transaction
 * checks again that the actor is an administrator who is not disabled. Throws `access_denied`.
 */
export async function act<T>(
  { db, clock, newId }: Pick<Deps, "db" | "clock" | "newId">,
  actor: Actor,
  work: Act<T>,
): Promise<T> {
  // Checks the actor before it takes the lock. So people who are no administrators can't take the lock and make administrators wait.
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

/** Throws `access_denied` if the caller is no administrator. */
export async function requireAdministrator(tx: Tx, caller: Caller): Promise<void> {
  if ((await lookupQueries(tx).person(caller.userId))?.isAdmin !== true)
    throw new DomainError("access_denied", "Access denied");
}

/** One entry of the log that records the actions of administrators. An entry never contains a URL, a token or the content of a mail. */
export type AdminEvent = {
  /** A UUIDv7, so that ids sort by time. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  action: AdminAction;
  /** The administrator. Undefined: the operator used a command. */
  actorId: string | undefined;
  /**
   * The id of the object of the action: a user, a link, a mail, a webhook or an invitation. For a changed policy rule, this is the name of
   * the rule.
   */
  subjectId: string;
  /** Facts that pages show with the entry, such as quotaBytes or label. */
  detail: Readonly<Record<string, string | number | null>>;
};

export const administratorQueries = defineQueries("database.administrators", ({ kysely: db, engine }) => ({
  /**
   * Returns the ids of the administrators who are not disabled. In a transaction, also locks their rows, so that the actions of
   * administrators run one after another. Otherwise two administrators could disable each other at the same time.
   */
  async holdAdministrators(): Promise<string[]> {
    const administrators = db.selectFrom("people").select("people.id").where("is_admin", "=", 1).orderBy("people.id");
    // SQLite needs no lock, because it has one writer at a time.
    if (engine.name === "postgres") await administrators.forNoKeyUpdate().execute();
    // Runs a second statement, because the first statement does not see changes that were committed while it waited for the lock.
    const enabled = administrators
      .leftJoin("disabled_users", "disabled_users.user_id", "people.id")
      .where("disabled_users.user_id", "is", null);
    return (await enabled.execute()).map(({ id }) => id);
  },

  async addEvent({ id, at, action, actorId, subjectId, detail }: AdminEvent): Promise<void> {
    const row = { id, at, action, actor_id: actorId ?? null, subject_id: subjectId, detail: JSON.stringify(detail) };
    await db.insertInto("admin_events").values(row).execute();
  },
}));
