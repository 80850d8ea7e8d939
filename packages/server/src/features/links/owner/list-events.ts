import type { Page, PageRequest } from "../../../platform/database/pages.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { Caller } from "../../access/caller.ts";
import { type NamedEvent, nameEvents } from "../../audit/activity.ts";
import { auditQueries } from "../../audit/queries.ts";
import { authoriseLink } from "./authorise-link.ts";

/** Lists the audit events of one link, newest first. Throws `link_not_found` or `access_denied`. */
export function listLinkEvents({ db }: Deps) {
  return async (caller: Caller, { linkId, ...page }: PageRequest & { linkId: string }): Promise<Page<NamedEvent>> => {
    const { link } = await authoriseLink(db, { caller, linkId });
    return nameEvents(db, await auditQueries(db).listOfLink({ linkId, ownerId: link.ownerId }, page));
  };
}
