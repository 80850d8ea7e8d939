import type { Deps } from "../../../platform/deps.ts";
import type { Caller } from "../../access/caller.ts";
import { authoriseLink } from "./authorise-link.ts";
import { type DescribedLink, describeLink } from "./describe-links.ts";

/** Returns a link. Throws `link_not_found` or `access_denied`. */
export function getLink(deps: Deps) {
  return async (caller: Caller, linkId: string): Promise<DescribedLink> => {
    await authoriseLink(deps.db, { caller, linkId });
    return describeLink(deps, { queries: deps.db, caller, linkId });
  };
}
