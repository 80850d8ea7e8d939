import type { Deps } from "../../platform/deps.ts";
import { findChanges } from "./changes.ts";

export type ChangeVerbs = ReturnType<typeof createChanges>;

/** Creates what the rest of the service does with this feature. */
export function createChanges(deps: Deps) {
  return {
    findChanges: findChanges(deps),
  };
}
