import type { Clock } from "../clock.ts";
import type { RateLimit } from "../config/limits.ts";
import type { Tx } from "../database/queries.ts";
import { limitCountQueries, rateLimited, type WindowLimit, windowKey } from "./in-database.ts";

/** Bounds the memory of an allowance, with about 200 bytes a person. A forgotten person gets a full allowance. */
const MAX_PEOPLE = 20_000;

export type Allowance = {
  /** Takes an amount from the allowance of a person. Throws `rate_limited` with the time until it is available. */
  take(userId: string, amount: number): void;
};

type Balance = { left: number; at: number };

/** `exempt`: the id whose rate has no limit. Default: no id. */
type AllowanceOptions = { clock: Clock; problem: string; exempt?: string; maxPeople?: number };

/**
 * Gives each person a token bucket in the memory of the process, so that a check needs no query. If `limit` is undefined, the rate has no
 * limit.
 * The code does not use the package `rate-limiter-flexible`, because the package needs a timer for each key and does not limit its memory.
 */
export function createAllowance(
  limit: RateLimit | undefined,
  { clock, problem, exempt, maxPeople = MAX_PEOPLE }: AllowanceOptions,
): Allowance {
  if (limit === undefined) return { take: () => undefined };
  const { perSecond, burst } = limit;
  // When `recent` is full, `recent` becomes `older`, and the map drops the previous `older`. The memory is limited, but the counts of
  // active people remain in memory.
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
      // If the clock went back, the time difference is negative, and the code adds nothing.
      const elapsedMs = Math.max(0, now - balance.at);
      balance.left = Math.min(burst, balance.left + (elapsedMs * perSecond) / 1000);
      balance.at = now;
      const missing = amount - balance.left;
      if (missing > 0) throw rateLimited(problem, (missing * 1000) / perSecond);
      balance.left -= amount;
    },
  };
}

/**
 * The limit `MAX_WINDOWS` bounds the memory for exhausted windows: each window needs about 200 bytes. A forgotten window costs one query.
 */
const MAX_WINDOWS = 10_000;

/**
 * Creates a function that takes 1 from a window, as `takeFromWindow` does. An exhausted window remains in memory until its expiry, so that
 * a holder with many refused requests causes no queries. The caller may use `createWindows` only for limits whose amounts are never given
 * back.
 */
export function createWindows(
  { db, clock }: { db: Tx; clock: Clock },
  { problem, maxWindows = MAX_WINDOWS }: { problem: string; maxWindows?: number },
) {
  /** The map `exhausted` contains the expiry of each exhausted window. The window that was exhausted first is the first in the map. */
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
