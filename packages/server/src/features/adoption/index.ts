import type { Deps } from "../../platform/deps.ts";
import { adoptListed, adoptObject } from "./adopt.ts";
import { adoptForItem } from "./adopt-for-item.ts";
export type AdoptionVerbs = ReturnType<typeof createAdoption>;

/** Creates the functions of the adoption feature for the rest of the service. */
export function createAdoption(deps: Deps) {
  return {
    adoptObject: adoptObject(deps),
    adoptListed: adoptListed(deps),
    adoptForItem: adoptForItem(deps),
  };
}
