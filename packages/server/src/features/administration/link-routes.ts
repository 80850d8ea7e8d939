import { AdminLinkPage, LinkParams, ListLinksQuery, RevokedLink, type AdminLink as WireLink } from "@valetkey/contract";
import { operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { fitPage, isoOrNull, toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { PeopleVerbs } from "../people/index.ts";
import { type People, presentPerson } from "../people/people.ts";
import type { AdministrationVerbs } from "./index.ts";
import type { ListedLink } from "./links.ts";

const schemas = operations("administration", {
  listAllLinks: {
    summary: "List the links of all users without their URLs, newest first",
    querystring: ListLinksQuery,
    response: { 200: AdminLinkPage },
  },
  revokeAnyLink: {
    summary: "Revoke a link of any user. Returns when the last issued URL expires",
    params: LinkParams,
    response: { 200: RevokedLink },
  },
});

/** The routes below /admin/links. */
export function allLinkRoutes(app: App, { useCases, takeTurn }: RouteDeps<AdministrationVerbs & PeopleVerbs>): void {
  app.get("/admin/links", { schema: schemas.listAllLinks, preHandler: takeTurn }, async (request) => {
    const { limit, cursor, kind } = request.query;
    const { items, nextCursor } = await useCases.listAllLinks(callerOf(request), { limit, cursor, kind });
    const people = await useCases.findPeople(items.flatMap(({ link }) => [link.ownerId, link.createdBy]));
    return fitPage(
      items.map((listed) => present(listed, people)),
      nextCursor,
    );
  });

  app.delete("/admin/links/:linkId", { schema: schemas.revokeAnyLink }, async (request) => {
    const { lastUrlExpiresAt } = await useCases.revokeAnyLink(callerOf(request), request.params.linkId);
    return { lastUrlExpiresAt: isoOrNull(lastUrlExpiresAt) };
  });
}

function present({ link, state, noteTitle, urlsIssued, received }: ListedLink, people: People): WireLink {
  return {
    id: link.id,
    kind: link.kind,
    state,
    label: link.label,
    noteTitle,
    owner: presentPerson(link.ownerId, people),
    createdBy: presentPerson(link.createdBy, people),
    files: link.attachmentIds?.length ?? null,
    expiresAt: isoOrNull(link.expiresAt),
    hasPassword: link.passwordHash !== undefined,
    maxClaims: link.maxClaims ?? null,
    claims: link.claims,
    opened: link.opened,
    urlsIssued,
    received,
    createdAt: toIso(link.createdAt),
    revokedAt: isoOrNull(link.revokedAt),
  };
}
