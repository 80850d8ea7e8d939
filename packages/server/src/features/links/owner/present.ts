import type { FileRequest as WireFileRequest, Link as WireLink } from "@valetkey/contract";
import type { Page } from "../../../platform/database/pages.ts";
import type { RouteDeps } from "../../../platform/http/route-types.ts";
import { fitPage, isoOrNull, toIso } from "../../../platform/http/wire.ts";
import type { PeopleVerbs } from "../../people/index.ts";
import { type People, presentPerson } from "../../people/people.ts";
import type { FileRequest } from "../link.ts";
import type { DescribedLink } from "./describe-links.ts";

/** Presents one link. Reads its creator from the database. */
export async function presentLink(described: DescribedLink, deps: RouteDeps<PeopleVerbs>): Promise<WireLink> {
  const people = await deps.useCases.findPeople([described.link.createdBy]);
  return present(described, { people, publicUrl: deps.publicUrl });
}

/** Presents a page of links. Reads all creators with one query. */
export async function presentLinks(
  { items, nextCursor }: Page<DescribedLink>,
  { useCases, publicUrl }: RouteDeps<PeopleVerbs>,
) {
  const people = await useCases.findPeople(items.map(({ link }) => link.createdBy));
  return fitPage(
    items.map((described) => present(described, { people, publicUrl })),
    nextCursor,
  );
}

function present(described: DescribedLink, { people, publicUrl }: { people: People; publicUrl: string }): WireLink {
  const { link, token, state, canEdit, noteTitle, files, urlsIssued, received, lastUrlExpiresAt } = described;
  return {
    id: link.id,
    url: `${publicUrl}/s/${token}`,
    kind: link.kind,
    state,
    canEdit,
    noteId: link.noteId,
    noteTitle,
    label: link.label,
    message: link.message,
    files: files ?? null,
    expiresAt: isoOrNull(link.expiresAt),
    hasPassword: link.passwordHash !== undefined,
    maxClaims: link.maxClaims ?? null,
    claims: link.claims,
    opened: link.opened,
    urlsIssued,
    urlTtlSeconds: link.urlTtlSeconds,
    notify: link.notify,
    // A person who may not edit the link does not see the email addresses of the recipients.
    recipients: link.recipients.length === 0 ? null : canEdit ? [...link.recipients] : [],
    request: link.request === undefined ? null : presentRequest(link.request),
    received,
    lastUrlExpiresAt: isoOrNull(lastUrlExpiresAt),
    createdBy: presentPerson(link.createdBy, people),
    createdAt: toIso(link.createdAt),
    revokedAt: isoOrNull(link.revokedAt),
  };
}

function presentRequest({ accept, slots, ...limits }: FileRequest): WireFileRequest {
  return {
    ...limits,
    accept: [...accept],
    slots: slots.map(({ id, name, accept: accepted, maxBytes }) => ({
      id,
      name,
      ...(accepted && { accept: [...accepted] }),
      ...(maxBytes !== undefined && { maxBytes }),
    })),
  };
}
