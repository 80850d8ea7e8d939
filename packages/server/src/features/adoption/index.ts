import type { Deps } from "../../platform/deps.ts";
import { adoptListed, adoptObject } from "./adopt.ts";
export type AdoptionVerbs = ReturnType<typeof createAdoption>;

/** Creates what the rest of the service does with this feature. */
export function createAdoption(deps: Deps) {
  return {
    adoptObject: adoptObject(deps),
    adoptListed: adoptListed(deps),
  };
}
