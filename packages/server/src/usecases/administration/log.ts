import type { AdminEvent } from "../../domain/admin-event.ts";
import type { Caller } from "../../domain/person.ts";
import { requireAdministrator } from "../people.ts";
import type { Deps, Page, PageRequest } from "../ports/index.ts";

/** Lists the actions of administrators and of the operator's commands, the newest first. Throws `access_denied`. */
export function listAdminEvents({ db }: Deps) {
  return async (caller: Caller, page: PageRequest): Promise<Page<AdminEvent>> => {
    await requireAdministrator(db, caller);
    return db.administration.listEvents(page);
  };
}
