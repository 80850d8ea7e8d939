import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import type { AdminEvent } from "../people/administrators.ts";
import { requireAdministrator } from "../people/administrators.ts";
import { administrationQueries } from "./queries.ts";

/** Lists the actions of administrators and of the operator's commands, the newest first. Throws `access_denied`. */
export function listAdminEvents({ db }: Deps) {
  return async (caller: Caller, page: PageRequest): Promise<Page<AdminEvent>> => {
    await requireAdministrator(db, caller);
    return administrationQueries(db).listEvents(page);
  };
}
