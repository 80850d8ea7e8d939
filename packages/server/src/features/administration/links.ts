import * as wire from "@valetkey/contract";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { LinkKind } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { noSuch } from "../../platform/errors.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { fitPage, isoOrNull } from "../../platform/http/wire.ts";
import { type Caller, callerOf } from "../access/caller.ts";
import { effectiveExpiry, type LinkDetails, type LinkState } from "../links/link.ts";
import { revoke } from "../links/owner/change.ts";
import { stateOf, stillWorks } from "../links/owner/read.ts";
import { presentFacts } from "../links/owner/routes.ts";
import { linkQueries } from "../links/queries/links.ts";
import { act, requireAdministrator } from "../people/administrators.ts";
import { type PeopleVerbs, presentPerson } from "../people/index.ts";

export function createLinksPage(deps: Deps) {
  const { db, limits } = deps;
  return {
    /** Lists the links of all users, newest first. `text`: see `linkQueries.listAll`. Throws `access_denied`. */
    async listAllLinks(
      caller: Caller,
      page: PageRequest & { kind: LinkKind | undefined; text: string | undefined },
    ): Promise<Page<ListedLink>> {
      await requireAdministrator(db, caller);
      const { items, nextCursor } = await linkQueries(db).listAll(page);
      const listed = items.map((details) => {
        const link = { ...details.link, expiresAt: effectiveExpiry(details.link, limits.links) };
        return { ...details, link, state: stateOf(deps, details) };
      });
      return { items: listed, nextCursor };
    },

    /**
     * Revokes a link of any user, and records this in the activity of the owner and in the log of administrators. A repeated call changes
     * nothing. Returns `lastUrlExpiresAt`, the latest expiry of the URLs that visitors got. Throws `access_denied` or `link_not_found`.
     */
    revokeAnyLink(caller: Caller, linkId: string): Promise<{ lastUrlExpiresAt: number | undefined }> {
      return act(deps, caller, async (tx, { log, now }) => {
        const found = await linkQueries(tx).findDetails(linkId);
        if (found === undefined) throw noSuch("link");
        const { link } = found;
        if (await revoke(tx, { caller, link, id: deps.newId(), now })) {
          await log("link.revoked", link.id, { label: link.label, kind: link.kind, userId: link.createdBy });
        }
        // The revocation waits until the service has recorded the URLs that visitors are getting now, so this read also finds the expiry of
        // these URLs.
        const revoked = await linkQueries(tx).findDetails(linkId);
        return { lastUrlExpiresAt: stillWorks(revoked?.lastUrlExpiresAt, now) };
      });
    },
  };
}

/** A link as administrators see it, without its token. */
type ListedLink = LinkDetails & { state: LinkState };

const schemas = operations("administration", {
  listAllLinks: {
    summary: "List the links of all users without their URLs, newest first",
    querystring: wire.ListAllLinksQuery,
    response: { 200: wire.AdminLinkPage },
  },
  revokeAnyLink: {
    summary: "Revoke a link of any user. Returns when the last issued URL expires",
    params: wire.LinkParams,
    response: { 200: wire.RevokedLink },
  },
});

export function allLinkRoutes(
  app: App,
  { useCases, takeTurn }: RouteDeps<ReturnType<typeof createLinksPage> & PeopleVerbs>,
): void {
  app.get("/admin/links", { schema: schemas.listAllLinks, preHandler: takeTurn }, async (request) => {
    const { limit, cursor, kind, q: text } = request.query;
    const page = await useCases.listAllLinks(callerOf(request), { limit, cursor, kind, text });
    const people = await useCases.findPeople(page.items.flatMap(({ link }) => [link.ownerId, link.createdBy]));
    return fitPage(page, (listed): wire.AdminLink => {
      const owner = presentPerson(listed.link.ownerId, people);
      return { ...presentFacts(listed, people), owner, files: listed.link.attachmentIds?.length ?? null };
    });
  });

  app.delete("/admin/links/:linkId", { schema: schemas.revokeAnyLink }, async (request) => {
    const { lastUrlExpiresAt } = await useCases.revokeAnyLink(callerOf(request), request.params.linkId);
    return { lastUrlExpiresAt: isoOrNull(lastUrlExpiresAt) };
  });
}
