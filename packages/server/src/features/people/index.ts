import type { Deps } from "../../platform/deps.ts";
import { findPeople, getMe, recordLanguage } from "./people.ts";
import { requireEnabled } from "./revocation.ts";

export type PeopleVerbs = ReturnType<typeof createPeople>;

/** Creates what the rest of the service does with this feature. */
export function createPeople(deps: Deps) {
  return {
    requireEnabled: requireEnabled(deps),
    recordLanguage: recordLanguage(deps),
    findPeople: findPeople(deps),
    getMe: getMe(deps),
  };
}
