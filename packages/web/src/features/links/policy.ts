import type { Instance } from "@valetkey/client";
import type { LinkPolicy } from "./link-values.ts";

/** The policy of the operator. Before the policy is loaded, there are no limits. */
export function policyOf(instance: Instance | undefined): LinkPolicy {
  const { links, uploadMaxBytes = Number.MAX_SAFE_INTEGER } = instance?.limits ?? {};
  return {
    maxExpirySeconds: links?.maxExpirySeconds ?? null,
    passwordRequired: links?.passwordRequired ?? false,
    uploadMaxBytes,
  };
}
