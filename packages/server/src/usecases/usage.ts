import type { Caller } from "../domain/person.ts";
import { type Quota, quotaOfUser, type Usage } from "../domain/usage.ts";
import type { Deps, Limits } from "./ports/index.ts";

/** Returns the usage and the quota of the caller. */
export function getUsage({ db, limits }: Deps) {
  return async (caller: Caller): Promise<{ usage: Usage; quota: Quota }> => {
    const usage = await db.usage.find(caller.userId);
    return { usage, quota: quotaOfUser(quotaOf(limits), usage) };
  };
}

/** Returns the default quota of the service, which applies to each user without a quota of their own. */
export function quotaOf({ userQuotaBytes, userQuotaFiles }: Limits): Quota {
  return { bytes: userQuotaBytes, files: userQuotaFiles };
}
