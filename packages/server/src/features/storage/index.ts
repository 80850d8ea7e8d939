import type { Deps } from "../../platform/deps.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { purgeObjects } from "./object-deletions.ts";

export type StorageVerbs = ReturnType<typeof createStorage>;

/** Creates what the rest of the service does with this feature. */
export function createStorage(deps: Deps) {
  return {
    purgeObjects: purgeObjects(deps),
    collectGarbage: collectGarbage(deps),
  };
}
