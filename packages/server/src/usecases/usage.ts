import type { Caller } from "../domain/person.ts";
import type { Quota, Usage } from "../domain/usage.ts";
import type { Deps, Limits } from "./ports/index.ts";

/** What the files on the caller's notes take up, and what they may. */
export function getUsage({ db, limits }: Deps) {
  return async (caller: Caller): Promise<{ usage: Usage; quota: Quota }> => ({
    usage: await db.usage.find(caller.userId),
    quota: quotaOf(limits),
  });
}

/** Everybody's quota. */
export function quotaOf({ userQuotaBytes, userQuotaFiles }: Limits): Quota {
  return { bytes: userQuotaBytes, files: userQuotaFiles };
}
