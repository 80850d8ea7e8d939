import type { Deps } from "../../platform/deps.ts";
import { getUsage, quotaOf } from "./quota.ts";

export type UsageVerbs = ReturnType<typeof createUsage>;

/** Creates what the rest of the service does with this feature. */
export function createUsage(deps: Deps) {
  return {
    getUsage: getUsage(deps),
    /** The default quota, which applies to users without a quota of their own. */
    quota: quotaOf(deps.limits),
  };
}
