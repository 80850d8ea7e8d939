import type { Caller } from "../domain/person.ts";
import type { Quota, Usage } from "../domain/usage.ts";
import type { Deps, Limits } from "./ports/index.ts";

/** Returns the usage and the quota of the caller. */
export function getUsage({ db, limits }: Deps) {
  return async (caller: Caller): Promise<{ usage: Usage; quota: Quota }> => ({
    usage: await db.usage.find(caller.userId),
    quota: quotaOf(limits),
  });
}

/** The quota, which is the same for every user. */
export function quotaOf({ userQuotaBytes, userQuotaFiles }: Limits): Quota {
  return { bytes: userQuotaBytes, files: userQuotaFiles };
}
