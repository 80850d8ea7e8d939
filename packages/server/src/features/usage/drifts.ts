import type { Tx } from "../../platform/database/queries.ts";
import { usageQueries } from "./queries.ts";
import type { Usage, UsageDrift } from "./usage.ts";

/** The number of rows in one query. PostgreSQL cancels a query that takes more than some seconds. */
const ROWS_AT_ONCE = 5_000;

/**
 * Finds the owners whose usage counter differs from the sum of their rows. The sums and the counters are read in many short queries, so a
 * change in the meantime looks like a difference. One more query for each such owner reads the counter and the rows at one instant.
 * The memory depends on the number of owners, and not on the number of files.
 */
export async function findDrifts(db: Tx, { rowsAtOnce = ROWS_AT_ONCE } = {}): Promise<UsageDrift[]> {
  const sums = await sumAll(db, rowsAtOnce);
  const suspects: string[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const counters: (Usage & { ownerId: string })[] = await usageQueries(db).listCounters({
      after,
      limit: rowsAtOnce,
    });
    for (const { ownerId, bytes, files } of counters) {
      const sum = sums.get(ownerId) ?? { bytes: 0, files: 0 };
      sums.delete(ownerId);
      if (sum.bytes !== bytes || sum.files !== files) suspects.push(ownerId);
    }
    after = counters.at(-1)?.ownerId;
  }
  // The remaining owners have rows, but no counter.
  suspects.push(...sums.keys());
  const drifts: UsageDrift[] = [];
  for (const ownerId of suspects) {
    const drift = await usageQueries(db).findDrift(ownerId);
    if (drift !== undefined) drifts.push(drift);
  }
  return drifts;
}

async function sumAll(db: Tx, rowsAtOnce: number): Promise<Map<string, Usage>> {
  const all = new Map<string, Usage>();
  for (const table of ["attachments", "reservations"] as const) {
    for (let after: string | undefined = ""; after !== undefined; ) {
      const page = await usageQueries(db).sumPage(table, { after, limit: rowsAtOnce });
      for (const { ownerId, bytes, files } of page.sums) {
        const sum = all.get(ownerId) ?? { bytes: 0, files: 0 };
        all.set(ownerId, { bytes: sum.bytes + bytes, files: sum.files + files });
      }
      after = page.lastKey;
    }
  }
  return all;
}
