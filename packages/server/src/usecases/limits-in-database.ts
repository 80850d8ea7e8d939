import { createHash } from "node:crypto";
import { DomainError } from "../domain/errors.ts";
import type { Deps, Queries } from "./ports/index.ts";

/** A limit for all replicas together. `max`: the largest sum in a window of `windowMs` milliseconds. A window begins with the first amount. */
export type WindowLimit = { name: string; max: number; windowMs: number };

/**
 * Takes an amount from a limit. The caller may give it back.
 * Throws `rate_limited` with the time until the window expires.
 */
export async function takeFromWindow(
  { db, clock }: Pick<Deps, "clock"> & { db: Pick<Queries, "limitCounts"> },
  { limit, holder, amount, problem }: { limit: WindowLimit; holder: string; amount: number; problem: string },
): Promise<{ giveBack(queries: Queries, amount: number): Promise<void> }> {
  const now = clock();
  const key = windowKey(limit, holder);
  const { max, windowMs } = limit;
  const { isTaken, expiresAt } = await db.limitCounts.take(key, { amount, max, now, expiresAt: now + windowMs });
  if (!isTaken) throw rateLimited(problem, expiresAt - now);
  return { giveBack: (queries, returned) => queries.limitCounts.giveBack(key, { amount: returned, expiresAt }) };
}

/**
 * Returns the key of a window. The key is a hash, because people may type passwords and the email addresses of strangers into a sign-in
 * form.
 */
export function windowKey({ name }: WindowLimit, holder: string): string {
  return createHash("sha256").update(`${name} ${holder}`).digest("base64url");
}

/** Makes the refusal of a request that exceeds a limit until `waitMs` milliseconds have passed. */
export function rateLimited(problem: string, waitMs: number): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new DomainError("rate_limited", problem, { retryAfterSeconds });
}

/** Deletes the counts of expired windows. */
export function deleteExpiredWindows({ db, clock }: Deps) {
  return (): Promise<void> => db.limitCounts.deleteExpired(clock());
}
