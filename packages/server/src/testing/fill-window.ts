import type { Tx } from "../platform/database/queries.ts";
import { limitCountQueries, windowKey } from "../platform/limits/in-database.ts";

/**
 * Counts `count` requests of a holder in a rate limit, in a time window that begins now. So a test of a high limit needs only few requests.
 *
 * @param limit the name of the limit. The test fails if no limit has the name, because the count would have no effect.
 */
export async function fillWindow(
  db: Tx,
  { limit, holder, count }: { limit: string; holder: string; count: number },
): Promise<void> {
  const now = Date.now();
  const max = Number.MAX_SAFE_INTEGER;
  const key = windowKey({ name: limit, max, windowMs: 0 }, holder);
  await limitCountQueries(db).take(key, { amount: count, max, now, expiresAt: now + 60_000 });
}
