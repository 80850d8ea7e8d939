import type { Deps } from "../../platform/deps.ts";
import { collectGarbage } from "./garbage.ts";
import { purgeObjects } from "./object-deletions.ts";

export function createStorage(deps: Deps) {
  return {
    purgeObjects: purgeObjects(deps),
    collectGarbage: collectGarbage(deps),
  };
}
