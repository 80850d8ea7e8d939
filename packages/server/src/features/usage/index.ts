import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import { usageQueries } from "./queries.ts";
import { type Quota, quotaOf, quotaOfUser, type Usage } from "./usage.ts";

export type UsageVerbs = ReturnType<typeof createUsage>;

/** Creates what the rest of the service does with this feature. */
export function createUsage(deps: Deps) {
  return {
    getUsage: getUsage(deps),
    /** The default quota, which applies to users without a quota of their own. */
    quota: quotaOf(deps.limits),
  };
}

/** Returns the usage and the quota of the caller. */
export function getUsage({ db, limits }: Deps) {
  return async (caller: Caller): Promise<{ usage: Usage; quota: Quota }> => {
    const usage = await usageQueries(db).find(caller.userId);
    return { usage, quota: quotaOfUser(quotaOf(limits), usage) };
  };
}
