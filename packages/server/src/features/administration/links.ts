import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { LinkKind } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import type { LinkDetails } from "../links/link.ts";
import { effectiveExpiry, type LinkState } from "../links/link.ts";
import { stateOf, stillWorks } from "../links/owner/describe-links.ts";
import { revoke } from "../links/owner/revoke.ts";
import { linkQueries } from "../links/queries/links.ts";
import { act, requireAdministrator } from "../people/administrators.ts";

/** A link in the form that administrators see, without its token. */
export type ListedLink = LinkDetails & { state: LinkState };

/** Lists the links of all users, the newest first. Throws `access_denied`. */
export function listAllLinks(deps: Deps) {
  const { db, limits } = deps;
  return async (caller: Caller, page: PageRequest & { kind: LinkKind | undefined }): Promise<Page<ListedLink>> => {
    await requireAdministrator(db, caller);
    const { items, nextCursor } = await linkQueries(db).listAll(page);
    const listed = items.map((details) => {
      const link = { ...details.link, expiresAt: effectiveExpiry(details.link, limits.links) };
      return { ...details, link, state: stateOf(deps, details) };
    });
    return { items: listed, nextCursor };
  };
}

/**
 * Revokes a link of any user. The activity of the owner and the log of administrators record the revocation. If the link was already
 * revoked, nothing changes.
 * Returns `lastUrlExpiresAt`, the instant at which the last issued URL expires. Throws `access_denied` or `link_not_found`.
 */
export function revokeAnyLink(deps: Deps) {
  return (caller: Caller, linkId: string): Promise<{ lastUrlExpiresAt: number | undefined }> =>
    act(deps, caller, async (tx, { log, now }) => {
      const found = await linkQueries(tx).findDetails(linkId);
      if (found === undefined) throw new DomainError("link_not_found", "Link not found");
      const { link } = found;
      if (await revoke(tx, { caller, link, id: deps.newId(), now })) {
        await log("link.revoked", link.id, { label: link.label, kind: link.kind, userId: link.createdBy });
      }
      // Reads the expiry after the update, because the update waits until the URLs that visitors are getting now are recorded. So the
      // expiry includes these URLs.
      const revoked = await linkQueries(tx).findDetails(linkId);
      return { lastUrlExpiresAt: stillWorks(revoked?.lastUrlExpiresAt, now) };
    });
}
