import { createHash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { defineQueries, type Tx } from "../database/queries.ts";
import type { Tables } from "../database/schema.ts";
import { deleteInSteps } from "../database/writes.ts";
import type { Deps } from "../deps.ts";
import { DomainError } from "../errors.ts";

/**
 * A rate limit that all replicas share. `max`: the maximum sum of the amounts in a time window of `windowMs` milliseconds. A window begins
 * when a caller takes the first amount.
 */
export type WindowLimit = { name: string; max: number; windowMs: number };

/**
 * Takes an amount from the rate limit of a holder. The function `giveBack` in the result returns the amount. Throws `rate_limited` if too
 * little is left, with the time until the window expires.
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

/** The rate limit of one holder. `problem`: the error text for the holder when nothing is left. */
export type Window = { limit: WindowLimit; holder: string; problem: string };

/** Throws `rate_limited` if nothing is left of the rate limit. Takes nothing. */
export async function requireLeft(
  { db, clock }: Pick<Deps, "clock"> & { db: Tx },
  { limit, holder, problem }: Window,
): Promise<void> {
  const now = clock();
  const expiresAt = await limitCountQueries(db).exhaustedUntil(windowKey(limit, holder), { max: limit.max, now });
  if (expiresAt !== undefined) throw rateLimited(problem, expiresAt - now);
}

/**
 * Takes 1 from the rate limit of each holder, with one statement. If one holder has nothing left, throws `rate_limited` with the problem of
 * this holder. The caller must use a transaction, whose rollback undoes the other amounts.
 */
export async function takeFromEachWindow(
  { db, clock }: Pick<Deps, "clock"> & { db: Tx },
  {
    limit,
    holders,
    problemOf,
  }: { limit: WindowLimit; holders: readonly string[]; problemOf: (holder: string) => string },
): Promise<void> {
  const now = clock();
  const byKey = new Map(holders.map((holder) => [windowKey(limit, holder), holder]));
  const { max, windowMs } = limit;
  const refused = await limitCountQueries(db).takeEach([...byKey.keys()], { max, now, expiresAt: now + windowMs });
  if (refused !== undefined) throw rateLimited(problemOf(byKey.get(refused.key) ?? ""), refused.expiresAt - now);
}

/** Returns the key of a window in the database. The key is a hash, because a holder can be a password that was typed by mistake. */
export function windowKey({ name }: WindowLimit, holder: string): string {
  return createHash("sha256").update(`${name} ${holder}`).digest("base64url");
}

/** Creates the error for a request over a rate limit. The client can repeat the request after `waitMs` milliseconds. */
export function rateLimited(problem: string, waitMs: number): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new DomainError("rate_limited", problem, { retryAfterSeconds });
}

export function deleteExpiredWindows({ db, clock }: Deps) {
  return (): Promise<void> => limitCountQueries(db).deleteExpired(clock());
}

const LINK_LOOKS: WindowLimit = { name: "link looks", max: 300, windowMs: 60_000 };

const TOO_MANY_LOOKS = "Too many requests in a short time. Wait until Retry-After has passed, then try again.";

/** Waits for a write that only counts a visit. On a full disk, the visit is not counted, but the visitor still sees the page. */
export async function unlessDiskIsFull(counted: Promise<unknown>): Promise<void> {
  await counted.catch((error) => {
    if (!(error instanceof DomainError && error.code === "storage_full")) throw error;
  });
}

/** Returns the rate limit of one network. The limit counts opened links and opened invitations together. */
export function limitOf(network: string) {
  return { limit: LINK_LOOKS, holder: network, amount: 1, problem: TOO_MANY_LOOKS };
}

/**
 * Counts amounts in time windows, for the rate limits that all replicas share. Each method uses one statement, which every engine executes
 * atomically.
 *
 * The npm package rate-limiter-flexible does not fit. The package needs a separate driver for each database, and supports neither
 * `node:sqlite` nor Kysely. The package also counts refused requests, and cannot give back a part of an amount.
 */
export const limitCountQueries = defineQueries("database.limitCounts", ({ kysely: db }) => ({
  /**
   * Adds `amount` to the count of the open window if the sum is at most `max`. If no window is open, first opens a window that expires at
   * `expiresAt`. Returns whether the amount was added, and the expiry of the open window.
   */
  async take(key: string, request: Taking) {
    const [taken] = await takeKeys(db, [key], request);
    if (taken !== undefined) return { isTaken: true, expiresAt: taken.expires_at };
    const open = await db.selectFrom("limit_counts").select("expires_at").where("key", "=", key).executeTakeFirst();
    return { isTaken: false, expiresAt: open?.expires_at ?? request.now };
  },

  /** Adds 1 to each count, like `take`. Returns an exhausted window, or undefined if all counts were raised. */
  async takeEach(
    keys: readonly string[],
    request: { max: number; now: number; expiresAt: number },
  ): Promise<{ key: string; expiresAt: number } | undefined> {
    const taken = new Set((await takeKeys(db, keys, { ...request, amount: 1 })).map(({ key }) => key));
    const key = keys.find((each) => !taken.has(each));
    if (key === undefined) return undefined;
    const open = await db.selectFrom("limit_counts").select("expires_at").where("key", "=", key).executeTakeFirst();
    return { key, expiresAt: open?.expires_at ?? request.now };
  },

  /** Returns the expiry of the open window if nothing is left of it. */
  async exhaustedUntil(key: string, { max, now }: { max: number; now: number }): Promise<number | undefined> {
    const open = await db
      .selectFrom("limit_counts")
      .select("expires_at")
      .where("key", "=", key)
      .where("count", ">=", max)
      .where("expires_at", ">", now)
      .executeTakeFirst();
    return open?.expires_at;
  },

  /** Subtracts `amount` from the count of the window that expires at `expiresAt`. Does nothing if this window is not open any more. */
  async giveBack(key: string, { amount, expiresAt }: { amount: number; expiresAt: number }): Promise<void> {
    await db
      .updateTable("limit_counts")
      .set(({ eb }) => ({ count: eb("count", "-", amount) }))
      .where("key", "=", key)
      .where("expires_at", "=", expiresAt)
      .execute();
  },

  async reset(key: string): Promise<void> {
    await db.deleteFrom("limit_counts").where("key", "=", key).execute();
  },

  async deleteExpired(now: number): Promise<void> {
    await deleteInSteps(db, { from: "limit_counts", key: ["key"], by: "expires_at", where: sql`expires_at <= ${now}` });
  },
}));

type Taking = { amount: number; max: number; now: number; expiresAt: number };

/** Adds the amount to each count that stays within the limit. Returns the windows of these counts. */
function takeKeys(db: Kysely<Tables>, keys: readonly string[], { amount, max, now, expiresAt }: Taking) {
  const isOver = sql<boolean>`limit_counts.expires_at <= ${now}`;
  return db
    .insertInto("limit_counts")
    .values(keys.map((key) => ({ key, count: amount, expires_at: expiresAt })))
    .onConflict((conflict) =>
      conflict
        .column("key")
        .doUpdateSet({
          count: sql`case when ${isOver} then excluded.count else limit_counts.count + excluded.count end`,
          expires_at: sql`case when ${isOver} then excluded.expires_at else limit_counts.expires_at end`,
        })
        .where(sql<boolean>`(${isOver} or limit_counts.count + excluded.count <= ${max})`),
    )
    .returning(["key", "expires_at"])
    .execute();
}

export type LimitCountQueries = ReturnType<typeof limitCountQueries>;
