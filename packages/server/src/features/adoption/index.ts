import type { Deps } from "../../platform/deps.ts";
import { adoptObject } from "./adopt.ts";
import { adoptListed } from "./adopt-listed.ts";

export type AdoptionVerbs = ReturnType<typeof createAdoption>;

/** Creates what the rest of the service does with this feature. */
export function createAdoption(deps: Deps) {
  return {
    adoptObject: adoptObject(deps),
    adoptListed: adoptListed(deps),
  };
}
