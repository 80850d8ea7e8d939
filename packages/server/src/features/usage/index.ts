import { Usage as UsageBody } from "@valetkey/contract";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { type Caller, callerOf } from "../access/caller.ts";
import { usageQueries } from "./queries.ts";
import { quotaOf, quotaOfUser, type Usage, type UsageDrift } from "./usage.ts";

export type UsageVerbs = ReturnType<typeof createUsage>;

export function createUsage(deps: Deps) {
  return {
    getUsage: getUsage(deps),
    quota: quotaOf(deps.limits),
  };
}

function getUsage({ db, limits }: Deps) {
  return async (caller: Caller) => {
    const usage = await usageQueries(db).find(caller.userId);
    return { usage, quota: quotaOfUser(quotaOf(limits), usage) };
  };
}

const schemas = operations("usage", {
  getUsage: {
    summary: "Get your usage and quota",
    response: { 200: UsageBody },
  },
});

export function usageRoutes(app: App, { useCases }: RouteDeps<UsageVerbs>): void {
  app.get("/usage", { schema: schemas.getUsage }, async (request) => {
    const { usage, quota } = await useCases.getUsage(callerOf(request));
    const { bytes: usedBytes, files } = usage;
    return { usedBytes, quotaBytes: quota.bytes ?? null, files, quotaFiles: quota.files ?? null };
  });
}

/** The number of rows in one query. PostgreSQL cancels a query that takes more than a few seconds. */
const ROWS_AT_ONCE = 5_000;

/**
 * Finds the owners whose usage counter differs from the sum of their rows. Many short queries read the sums and the counters, so a change
 * between two queries looks like a difference. For each owner with a difference, one more query reads the counter and the rows at one
 * instant. The memory depends on the number of owners, not on the number of files.
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
  for (const table of ["attachments", "object_deletions"] as const) {
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
