import type { Limits } from "../../platform/config/limits.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import { usageQueries } from "./queries.ts";
import { type Quota, quotaOfUser, type Usage } from "./usage.ts";

/** Returns the usage and the quota of the caller. */
export function getUsage({ db, limits }: Deps) {
  return async (caller: Caller): Promise<{ usage: Usage; quota: Quota }> => {
    const usage = await usageQueries(db).find(caller.userId);
    return { usage, quota: quotaOfUser(quotaOf(limits), usage) };
  };
}

/** Returns the default quota of the service, which applies to each user without a quota of their own. */
export function quotaOf({ userQuotaBytes, userQuotaFiles }: Limits): Quota {
  return { bytes: userQuotaBytes, files: userQuotaFiles };
}
