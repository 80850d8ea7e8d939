import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Tx } from "../database/queries.ts";
import { defineQueries } from "../database/queries.ts";
import { deleteInSteps } from "../database/writes.ts";
import type { Deps } from "../deps.ts";
import { DomainError } from "../errors.ts";

/**
 * A window limit is a limit that all replicas share. The member `max` is the largest sum of the amounts in a time window of `windowMs`
 * milliseconds. The time window begins when a caller takes the first amount.
 */
export type WindowLimit = { name: string; max: number; windowMs: number };

/**
 * Takes an amount from the limit of a holder. The caller can return the amount with the function `giveBack` in the result. The function
 * `takeFromWindow` throws `rate_limited` if too little of the limit is left. The error contains the time until the window expires.
 */
export async function takeFromWindow(
  { db, clock }: Pick<Deps, "clock"> & { db: Tx },
  { limit, holder, amount, problem }: { limit: WindowLimit; holder: string; amount: number; problem: string },
): Promise<{ giveBack(queries: Tx, amount: number): Promise<void> }> {
  const now = clock();
  const key = windowKey(limit, holder);
  const { max, windowMs } = limit;
  const { isTaken, expiresAt } = await limitCountQueries(db).take(key, { amount, max, now, expiresAt: now + windowMs });
  if (!isTaken) throw rateLimited(problem, expiresAt - now);
  return { giveBack: (queries, returned) => limitCountQueries(queries).giveBack(key, { amount: returned, expiresAt }) };
}

/**
 * Returns the key that the database stores for a window. The key is a hash, because the holder can be a text from the sign-in form, for
 * example a password by mistake.
 */
export function windowKey({ name }: WindowLimit, holder: string): string {
  return createHash("sha256").update(`${name} ${holder}`).digest("base64url");
}

/** Makes the error for a request over a limit. The client can repeat the request after `waitMs` milliseconds. */
export function rateLimited(problem: string, waitMs: number): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new DomainError("rate_limited", problem, { retryAfterSeconds });
}

export function deleteExpiredWindows({ db, clock }: Deps) {
  return (): Promise<void> => limitCountQueries(db).deleteExpired(clock());
}

const LINK_LOOKS: WindowLimit = { name: "link looks", max: 300, windowMs: 60_000 };

const TOO_MANY_LOOKS = "Too many requests in a short time. Wait until Retry-After has passed, then try again.";

/**
 * Waits for a write that only counts a visit. On a full disk, the service does not count the visit, but the visitor still sees the page.
 */
export async function unlessDiskIsFull(counted: Promise<unknown>): Promise<void> {
  await counted.catch((error) => {
    if (!(error instanceof DomainError && error.code === "storage_full")) throw error;
  });
}

/** Returns the limit for one network, which counts opened links and opened invitations together. */
export function limitOf(network: string) {
  return { limit: LINK_LOOKS, holder: network, amount: 1, problem: TOO_MANY_LOOKS };
}

/**
 * Counts amounts in time windows, for the limits that all replicas share. Each method uses one statement, which every engine executes
 * atomically.
 *
 * The npm package rate-limiter-flexible does not fit the service. rate-limiter-flexible needs a separate driver for each database, and
 * supports neither `node:sqlite` nor Kysely. rate-limiter-flexible also counts refused requests, and cannot give back a part of an amount.
 */
export const limitCountQueries = defineQueries("database.limitCounts", ({ kysely: db }) => ({
  /**
   * Adds `amount` to the count of the open window if the sum is at most `max`. If no window is open, `take` opens a window that expires at
   * `expiresAt`. The function `take` returns whether the amount was added, and the expiry of the open window. If `take` did not add the
   * amount, nothing has changed.
   */
  async take(key: string, request: { amount: number; max: number; now: number; expiresAt: number }) {
    const { amount, max, now, expiresAt } = request;
    const isOver = sql<boolean>`limit_counts.expires_at <= ${now}`;
    const taken = await db
      .insertInto("limit_counts")
      .values({ key, count: amount, expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict
          .column("key")
          .doUpdateSet({
            count: sql`case when ${isOver} then excluded.count else limit_counts.count + excluded.count end`,
            expires_at: sql`case when ${isOver} then excluded.expires_at else limit_counts.expires_at end`,
          })
          .where(sql<boolean>`(${isOver} or limit_counts.count + excluded.count <= ${max})`),
      )
      .returning("expires_at")
      .executeTakeFirst();
    if (taken !== undefined) return { isTaken: true, expiresAt: taken.expires_at };
    const open = await db.selectFrom("limit_counts").select("expires_at").where("key", "=", key).executeTakeFirst();
    return { isTaken: false, expiresAt: open?.expires_at ?? now };
  },

  /**
   * Subtracts `amount` from the count of the window that expires at `expiresAt`. The function `giveBack` does nothing if the window is not
   * open any more.
   */
  async giveBack(key: string, { amount, expiresAt }: { amount: number; expiresAt: number }): Promise<void> {
    await db
      .updateTable("limit_counts")
      .set(({ eb }) => ({ count: eb("count", "-", amount) }))
      .where("key", "=", key)
      .where("expires_at", "=", expiresAt)
      .execute();
  },

  /** Closes the open window, so that the count is 0. */
  async reset(key: string): Promise<void> {
    await db.deleteFrom("limit_counts").where("key", "=", key).execute();
  },

  async deleteExpired(now: number): Promise<void> {
    await deleteInSteps(db, { from: "limit_counts", key: ["key"], by: "expires_at", where: sql`expires_at <= ${now}` });
  },
}));

export type LimitCountQueries = ReturnType<typeof limitCountQueries>;
