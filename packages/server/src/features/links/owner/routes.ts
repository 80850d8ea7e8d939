import * as wire from "@valetkey/contract";
import type { FastifyRequest } from "fastify";
import type { Page } from "../../../platform/database/pages.ts";
import { type App, operations, type RouteDeps } from "../../../platform/http/routes.ts";
import { fitPage, isoOrNull, parseInstant, readIdempotencyKey, toIso } from "../../../platform/http/wire.ts";
import { callerOf } from "../../access/caller.ts";
import type { AuditVerbs } from "../../audit/index.ts";
import { describe as describeEvents } from "../../audit/routes.ts";
import { type People, type PeopleVerbs, presentPerson } from "../../people/index.ts";
import type { ShareSubject } from "../../sharing/share.ts";
import type { LinkVerbs } from "../index.ts";
import type { LinkDetails, LinkState } from "../link.ts";
import { type Receiver, receiverState } from "../receiver.ts";
import type { DescribedLink } from "./read.ts";
import type { LinkSettings } from "./settings.ts";

const schemas = operations("links", {
  createLink: {
    summary: "Make a link of a note or of some of its files, or a file request",
    params: wire.NoteParams,
    headers: wire.CreateLinkHeaders,
    body: wire.CreateLinkBody,
    response: { 201: wire.Link },
  },
  listNoteLinks: {
    summary: "List the links of a note, newest first",
    params: wire.NoteParams,
    querystring: wire.PageQuery,
    response: { 200: wire.LinkPage },
  },
  createFileLink: {
    summary: "Make a link of one file",
    params: wire.AttachmentParams,
    headers: wire.CreateLinkHeaders,
    body: wire.CreateFileLinkBody,
    response: { 201: wire.Link },
  },
  listFileLinks: {
    summary: "List the links that name this file, newest first. A link of the whole note names no file",
    params: wire.AttachmentParams,
    querystring: wire.PageQuery,
    response: { 200: wire.LinkPage },
  },
  listLinks: {
    summary: "List the links of your notes, and the links that you made and may still edit, newest first",
    querystring: wire.ListLinksQuery,
    response: { 200: wire.LinkPage },
  },
  getLink: {
    summary: "Read a link",
    params: wire.LinkParams,
    response: { 200: wire.Link },
  },
  updateLink: {
    summary: "Edit a link, or give it another URL. Owners edit all links of their notes, and editors their own",
    params: wire.LinkParams,
    body: wire.UpdateLinkBody,
    response: { 200: wire.Link },
  },
  revokeLink: {
    summary: "Revoke a link at once. Returns when the last issued URL expires",
    params: wire.LinkParams,
    response: { 200: wire.RevokedLink },
  },
  sendLink: {
    summary: "Send a link by mail. Answers go to your email address, which must be proven",
    params: wire.LinkParams,
    headers: wire.SendLinkHeaders,
    body: wire.SendLinkBody,
    response: { 202: wire.SentLink },
  },
  listLinkReceivers: {
    summary: "List the people who got the link by mail, and whether they opened and used it, newest first",
    params: wire.LinkParams,
    querystring: wire.PageQuery,
    response: { 200: wire.LinkReceiverPage },
  },
  listLinkEvents: {
    summary: "List the audit events of a link, newest first",
    params: wire.LinkParams,
    querystring: wire.PageQuery,
    response: { 200: wire.AuditEventPage },
  },
});

type ListCall = Pick<FastifyRequest, "caller"> & { params: ShareSubject; query: { limit: number; cursor?: string } };

/** The routes of links for signed-in users: /links, and the routes below a note or an attachment. */
export function linkRoutes(app: App, deps: RouteDeps<AuditVerbs & LinkVerbs & PeopleVerbs>): void {
  const { useCases, takeTurn } = deps;

  async function list(request: ListCall) {
    const input = { subject: request.params, ...request.query };
    return presentLinks(await useCases.listLinks(callerOf(request), input), deps);
  }

  app.post("/notes/:noteId/links", { schema: schemas.createLink }, async (request, reply) => {
    const { kind = "download", attachmentIds, request: fileRequest } = request.body;
    const settings = settingsOf(request.body);
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const { noteId } = request.params;
    const input = { noteId, kind, attachmentIds, request: fileRequest, settings, idempotencyKey };
    const link = await useCases.createLink(callerOf(request), input);
    return reply.code(201).send(await presentLink(link, deps));
  });

  app.post("/attachments/:attachmentId/links", { schema: schemas.createFileLink }, async (request, reply) => {
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const { attachmentId } = request.params;
    const input = { attachmentId, settings: settingsOf(request.body), idempotencyKey };
    const link = await useCases.createFileLink(callerOf(request), input);
    return reply.code(201).send(await presentLink(link, deps));
  });

  app.get("/notes/:noteId/links", { schema: schemas.listNoteLinks, preHandler: takeTurn }, list);
  app.get("/attachments/:attachmentId/links", { schema: schemas.listFileLinks, preHandler: takeTurn }, list);

  app.get("/links", { schema: schemas.listLinks, preHandler: takeTurn }, async (request) => {
    return presentLinks(await useCases.listOwnLinks(callerOf(request), request.query), deps);
  });

  app.get("/links/:linkId", { schema: schemas.getLink }, async (request) =>
    presentLink(await useCases.getLink(callerOf(request), request.params.linkId), deps),
  );

  app.patch("/links/:linkId", { schema: schemas.updateLink }, async (request) => {
    const { attachmentIds, request: fileRequest, newUrl } = request.body;
    const link = await useCases.updateLink(callerOf(request), {
      linkId: request.params.linkId,
      settings: settingsOf(request.body),
      attachmentIds,
      request: fileRequest,
      hasNewUrl: newUrl === true,
    });
    return presentLink(link, deps);
  });

  app.delete("/links/:linkId", { schema: schemas.revokeLink }, async (request) => {
    const { lastUrlExpiresAt } = await useCases.revokeLink(callerOf(request), request.params.linkId);
    return { lastUrlExpiresAt: isoOrNull(lastUrlExpiresAt) };
  });

  app.post("/links/:linkId/mails", { schema: schemas.sendLink }, async (request, reply) => {
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const { to, message } = request.body;
    const input = { linkId: request.params.linkId, to, message, idempotencyKey };
    const { receivers, generation } = await useCases.sendLink(callerOf(request), input);
    const presented = receivers.map((receiver) => presentReceiver(receiver, { generation }));
    return reply.code(202).send({ receivers: presented });
  });

  app.get("/links/:linkId/mails", { schema: schemas.listLinkReceivers, preHandler: takeTurn }, async (request) => {
    const input = { linkId: request.params.linkId, ...request.query };
    const page = await useCases.listReceivers(callerOf(request), input);
    return fitPage(page, (receiver) => presentReceiver(receiver, page));
  });

  app.get("/links/:linkId/events", { schema: schemas.listLinkEvents, preHandler: takeTurn }, async (request) => {
    const caller = callerOf(request);
    const events = await useCases.listLinkEvents(caller, { linkId: request.params.linkId, ...request.query });
    return describeEvents(events, { caller, ...deps });
  });
}

function presentReceiver(receiver: Receiver, current: Pick<Receiver, "generation">): wire.LinkReceiver {
  const { id, email, generation, queuedAt, sentAt, visitedAt, usedAt } = receiver;
  return {
    ...{ id, email },
    state: receiverState(receiver),
    hasOldUrl: generation !== current.generation,
    queuedAt: toIso(queuedAt),
    sentAt: isoOrNull(sentAt),
    visitedAt: isoOrNull(visitedAt),
    usedAt: isoOrNull(usedAt),
  };
}

function settingsOf(body: wire.CreateFileLinkBody): LinkSettings {
  const { label, message, password, maxClaims, urlTtlSeconds, notify, showPreviews, recipients, expiresAt } = body;
  const given = typeof expiresAt === "string" ? parseInstant(expiresAt, { name: "expiresAt" }) : expiresAt;
  return { label, message, expiresAt: given, password, maxClaims, urlTtlSeconds, notify, showPreviews, recipients };
}

/** Converts one link to the form of a response, with the name of the creator from the database. */
export async function presentLink(described: DescribedLink, deps: RouteDeps<PeopleVerbs>): Promise<wire.Link> {
  const people = await deps.useCases.findPeople([described.link.createdBy]);
  return present(described, { people, publicUrl: deps.publicUrl });
}

/** Converts a page of links to the form of a response. One query reads the names of all creators. */
export async function presentLinks(page: Page<DescribedLink>, { useCases, publicUrl }: RouteDeps<PeopleVerbs>) {
  const people = await useCases.findPeople(page.items.map(({ link }) => link.createdBy));
  return fitPage(page, (described) => present(described, { people, publicUrl }));
}

function present(described: DescribedLink, { people, publicUrl }: { people: People; publicUrl: string }): wire.Link {
  const { link, token, canEdit, files, filledSlots, sentTo, lastUrlExpiresAt } = described;
  return {
    ...presentFacts(described, people),
    url: `${publicUrl}/s/${token}`,
    canEdit,
    noteId: link.noteId,
    message: link.message,
    files: files ?? null,
    urlTtlSeconds: link.urlTtlSeconds,
    notify: link.notify,
    showPreviews: link.showPreviews,
    // Only a person who may edit the link sees the email addresses of the recipients.
    recipients: link.recipients.length === 0 ? null : canEdit ? [...link.recipients] : [],
    sentTo: canEdit && sentTo.people > 0 ? sentTo : null,
    request: link.request === undefined ? null : presentRequest(link.request),
    filledSlots: [...filledSlots],
    lastUrlExpiresAt: isoOrNull(lastUrlExpiresAt),
  };
}

type Facts = Pick<LinkDetails, "link" | "noteTitle" | "urlsIssued" | "received"> & { state: LinkState };

/** Presents the facts about a link that administrators see, and people who may edit the link. */
export function presentFacts({ link, state, noteTitle, urlsIssued, received }: Facts, people: People): wire.LinkFacts {
  return {
    id: link.id,
    kind: link.kind,
    state,
    label: link.label,
    noteTitle,
    createdBy: presentPerson(link.createdBy, people),
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

/** Omits the stored members that only a newer version knows, because the contract of this version refuses unknown members. */
function presentRequest(request: wire.FileRequest) {
  const { maxFiles, maxBytesPerFile, maxBytesTotal, accept, askName, review, slots } = request;
  const presented = slots.map(({ id, name, accept, maxBytes }) => ({
    id,
    name,
    ...(accept !== undefined && { accept }),
    ...(maxBytes !== undefined && { maxBytes }),
  }));
  return { maxFiles, maxBytesPerFile, maxBytesTotal, accept, askName, review, slots: presented };
}
