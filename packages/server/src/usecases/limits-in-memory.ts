import { rateLimited } from "./limits-in-database.ts";
import type { Clock, RateLimit } from "./ports/index.ts";

/** About 200 bytes each. A person who is forgotten gets a full allowance. */
const MAX_PEOPLE = 20_000;

export type Allowance = {
  /** Takes from the allowance of a person. Throws `rate_limited` with the time until the amount is there. */
  take(userId: string, amount: number): void;
};

type Bucket = { tokens: number; at: number };

/**
 * Gives each person a token bucket in the memory of this process. It costs the hot path no query. `limit` undefined: no limit.
 * The limiter of rate-limiter-flexible keeps a timer for each key, and its memory has no bound.
 */
export function createAllowance(
  limit: RateLimit | undefined,
  { clock, problem, maxPeople = MAX_PEOPLE }: { clock: Clock; problem: string; maxPeople?: number },
): Allowance {
  if (limit === undefined) return { take: () => undefined };
  const { perSecond, burst } = limit;
  // When the recent half is full, the older half is dropped. So the memory is bounded, and active people are remembered.
  let recent = new Map<string, Bucket>();
  let older = new Map<string, Bucket>();

  function bucketOf(userId: string, now: number): Bucket {
    const known = recent.get(userId);
    if (known !== undefined) return known;
    const bucket = older.get(userId) ?? { tokens: burst, at: now };
    if (recent.size >= maxPeople / 2) {
      older = recent;
      recent = new Map();
    }
    recent.set(userId, bucket);
    return bucket;
  }

  return {
    take(userId, amount) {
      const now = clock();
      const bucket = bucketOf(userId, now);
      // A clock that was set back adds nothing.
      const elapsedMs = Math.max(0, now - bucket.at);
      bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / 1000);
      bucket.at = now;
      const missing = amount - bucket.tokens;
      if (missing > 0) throw rateLimited(problem, (missing * 1000) / perSecond);
      bucket.tokens -= amount;
    },
  };
}
