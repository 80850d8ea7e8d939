import type { Clock } from "../clock.ts";
import type { RateLimit } from "../config/limits.ts";
import type { Tx } from "../database/queries.ts";
import { limitCountQueries, rateLimited, type WindowLimit, windowKey } from "./in-database.ts";

/** The maximum number of people in memory, with about 200 bytes for each person. A forgotten person gets a full allowance. */
const MAX_PEOPLE = 20_000;

export type Allowance = {
  /** Takes an amount from the allowance of a person. Throws `rate_limited` with the time until the amount is available. */
  take(userId: string, amount: number): void;
};

type Balance = { left: number; at: number };

/** `exempt`: the id without a limit, such as that of an application. Default: no id. */
type AllowanceOptions = { clock: Clock; problem: string; exempt?: string; maxPeople?: number };

/**
 * Gives each person a token bucket in the memory of the process, so that a check needs no query. If `limit` is undefined, the rate has no
 * limit. The package `rate-limiter-flexible` is not used here, because it needs a timer for each key and does not limit its memory.
 */
export function createAllowance(
  limit: RateLimit | undefined,
  { clock, problem, exempt, maxPeople = MAX_PEOPLE }: AllowanceOptions,
): Allowance {
  if (limit === undefined) return { take: () => undefined };
  const { perSecond, burst } = limit;
  // When `recent` is full, `recent` becomes `older`, and the previous `older` is dropped. The memory is therefore limited, but active
  // people keep their counts.
  let recent = new Map<string, Balance>();
  let older = new Map<string, Balance>();

  function balanceOf(userId: string, now: number): Balance {
    const known = recent.get(userId);
    if (known !== undefined) return known;
    const balance = older.get(userId) ?? { left: burst, at: now };
    if (recent.size >= maxPeople / 2) {
      older = recent;
      recent = new Map();
    }
    recent.set(userId, balance);
    return balance;
  }

  return {
    take(userId, amount) {
      if (userId === exempt) return;
      const now = clock();
      const balance = balanceOf(userId, now);
      // If the clock went back, the time difference is negative, and nothing is added.
      const elapsedMs = Math.max(0, now - balance.at);
      balance.left = Math.min(burst, balance.left + (elapsedMs * perSecond) / 1000);
      balance.at = now;
      const missing = amount - balance.left;
      if (missing > 0) throw rateLimited(problem, (missing * 1000) / perSecond);
      balance.left -= amount;
    },
  };
}

/** The maximum number of exhausted windows in memory, with about 200 bytes for each window. A forgotten window costs one query. */
const MAX_WINDOWS = 10_000;

/**
 * Creates a function that takes 1 from a window, like `takeFromWindow`. An exhausted window remains in memory until its expiry, so that a
 * holder with many refused requests causes no queries. Only for rate limits whose amounts are never given back.
 */
export function createWindows(
  { db, clock }: { db: Tx; clock: Clock },
  { problem, maxWindows = MAX_WINDOWS }: { problem: string; maxWindows?: number },
) {
  /** The expiry of each exhausted window, in the order in which the windows were exhausted. */
  const exhausted = new Map<string, number>();
  return async (limit: WindowLimit, holder: string): Promise<void> => {
    const now = clock();
    const key = windowKey(limit, holder);
    const leftMs = (exhausted.get(key) ?? now) - now;
    if (leftMs > 0) throw rateLimited(problem, leftMs);
    const { max, windowMs } = limit;
    const { isTaken, expiresAt } = await limitCountQueries(db).take(key, {
      amount: 1,
      max,
      now,
      expiresAt: now + windowMs,
    });
    exhausted.delete(key);
    if (isTaken) return;
    const [first] = exhausted.keys();
    if (first !== undefined && exhausted.size >= maxWindows) exhausted.delete(first);
    exhausted.set(key, expiresAt);
    throw rateLimited(problem, expiresAt - now);
  };
}
