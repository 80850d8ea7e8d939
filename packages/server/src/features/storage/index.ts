import type { Deps } from "../../platform/deps.ts";
import { collectGarbage } from "./garbage.ts";
import { purgeObjects } from "./object-deletions.ts";

/** Creates the functions of the storage feature for the rest of the service. */
export function createStorage(deps: Deps) {
  return {
    purgeObjects: purgeObjects(deps),
    collectGarbage: collectGarbage(deps),
  };
}
