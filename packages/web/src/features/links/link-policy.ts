import type { Instance } from "@valetkey/client";
import type { LinkPolicy } from "./link-values.ts";

/** Returns the limits that the operator sets for links. Before they are loaded, there are no limits. */
export function policyOf(instance: Instance | undefined): LinkPolicy {
  const { links, uploadMaxBytes = Number.MAX_SAFE_INTEGER } = instance?.limits ?? {};
  return {
    maxExpirySeconds: links?.maxExpirySeconds ?? null,
    passwordRequired: links?.passwordRequired ?? false,
    uploadMaxBytes,
  };
}
