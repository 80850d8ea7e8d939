import * as wire from "@valetkey/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Page } from "../../platform/database/pages.ts";
import { networkOf } from "../../platform/http/client-address.ts";
import { HttpProblem } from "../../platform/http/problem.ts";
import { type App, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { fitPage, isoOrNull, parseExpiresAt, parseInstant, toIso } from "../../platform/http/wire.ts";
import { type Authenticate, callerOf } from "../access/caller.ts";
import { presentAttachment } from "../attachments/routes.ts";
import { type PeopleVerbs, presentPerson } from "../people/index.ts";
import type { LookedAt } from "./accept-invitation.ts";
import type { SharingVerbs } from "./index.ts";
import { type DescribedInvitation, invitationUrl, linkEndsAt } from "./invitation.ts";
import type { SharedAttachment, ShareSubject } from "./share.ts";
import type { SharesOfSubject } from "./shares.ts";

type Call<Params> = Pick<FastifyRequest, "caller"> & { params: Params };

const fileSchemas = operations("attachments", {
  listAttachments: {
    summary: "List the files that are shared with you without their notes",
    querystring: wire.ListAttachmentsQuery,
    response: { 200: wire.SharedAttachmentPage },
  },
});

const schemas = operations("shares", {
  shareNote: {
    summary:
      "Share a note with users, as viewers or editors. An email address gets an invitation, whether or not it has an account",
    params: wire.NoteParams,
    body: wire.ShareNoteBody,
    response: { 200: wire.SharesWithResults },
  },
  listNoteShares: {
    summary: "List the shares of a note, and its open invitations",
    params: wire.NoteParams,
    response: { 200: wire.Shares },
  },
  revokeNoteShare: {
    summary: "Revoke a share of a note. The next request of the user is refused",
    params: wire.NoteShareParams,
    response: { 204: emptyResponse },
  },
  shareAttachment: {
    summary:
      "Share one attachment without its note. An email address gets an invitation, whether or not it has an account",
    params: wire.AttachmentParams,
    body: wire.ShareAttachmentBody,
    response: { 200: wire.SharesWithResults },
  },
  listAttachmentShares: {
    summary: "List the shares of an attachment, and its open invitations",
    params: wire.AttachmentParams,
    response: { 200: wire.Shares },
  },
  revokeAttachmentShare: {
    summary: "Revoke a share of an attachment. The next request of the user is refused",
    params: wire.AttachmentShareParams,
    response: { 204: emptyResponse },
  },
});

export function shareRoutes(app: App, { useCases, publicUrl, takeTurn }: RouteDeps<PeopleVerbs & SharingVerbs>): void {
  const list = async (request: Call<ShareSubject>) =>
    present(await useCases.listShares(callerOf(request), request.params), { publicUrl });

  async function put({ params, body, caller }: Call<ShareSubject> & { body: wire.ShareNoteBody }) {
    const { userIds = [], emails = [], role = "viewer" } = body;
    const input = { subject: params, userIds, emails, role, expiresAt: parseExpiresAt(body.expiresAt) };
    const { results, ...listed } = await useCases.putShares(callerOf({ caller }), input);
    return { ...present(listed, { publicUrl }), results };
  }

  async function revoke(request: Call<ShareSubject & { userId: string }>, reply: FastifyReply) {
    const { userId, ...subject } = request.params;
    await useCases.revokeShare(callerOf(request), { subject, userId });
    return reply.code(204).send(null);
  }

  app.get("/attachments", { schema: fileSchemas.listAttachments, preHandler: takeTurn }, async (request) => {
    return describeShared(await useCases.listSharedAttachments(callerOf(request), request.query), { useCases });
  });

  app.put("/notes/:noteId/shares", { schema: schemas.shareNote }, put);
  app.get("/notes/:noteId/shares", { schema: schemas.listNoteShares }, list);
  app.delete("/notes/:noteId/shares/:userId", { schema: schemas.revokeNoteShare }, revoke);
  app.put("/attachments/:attachmentId/shares", { schema: schemas.shareAttachment }, put);
  app.get("/attachments/:attachmentId/shares", { schema: schemas.listAttachmentShares }, list);
  app.delete("/attachments/:attachmentId/shares/:userId", { schema: schemas.revokeAttachmentShare }, revoke);
}

function present({ shares, invitations }: SharesOfSubject, { publicUrl }: { publicUrl: string }): wire.Shares {
  return {
    shares: shares.map(({ userId, email, name, role, expiresAt, createdAt }) => ({
      userId,
      email: email ?? null,
      name: name ?? null,
      role,
      expiresAt: isoOrNull(expiresAt),
      createdAt: toIso(createdAt),
    })),
    invitations: invitations.map((invitation) => presentInvitation(invitation, { publicUrl })),
  };
}

/** Converts a page of attachments that are shared without their notes to the form of a response. One query reads all owners and senders. */
export async function describeShared(
  page: Page<SharedAttachment>,
  { useCases }: { useCases: PeopleVerbs },
): Promise<wire.SharedAttachmentPage> {
  const people = await useCases.findPeople(page.items.flatMap(({ ownerId, createdBy }) => [ownerId, createdBy]));
  return fitPage(page, (attachment) => ({
    ...presentAttachment(attachment, people),
    owner: presentPerson(attachment.ownerId, people),
    share: { expiresAt: isoOrNull(attachment.share.expiresAt) },
    isNew: attachment.isNew,
  }));
}

const invitationSchemas = operations("shares", {
  lookAtInvitation: {
    security: [] as [],
    summary: "Read what an invitation opens, before or after the sign-in. Changes nothing",
    body: wire.InvitationToken,
    response: { 200: wire.OpenInvitation },
  },
  redeemInvitation: {
    summary: "Redeem an invitation, and get access to the note or the file, with any email address",
    body: wire.InvitationToken,
    response: { 200: wire.RedeemedInvitation },
  },
  updateInvitation: {
    summary: "Change the role or the expiry of an open invitation, or make a new link for it",
    params: wire.InvitationParams,
    body: wire.UpdateInvitationBody,
    response: { 200: wire.Invitation },
  },
  revokeInvitation: {
    summary: "Revoke an invitation, and the access that anyone has by it",
    params: wire.InvitationParams,
    response: { 204: emptyResponse },
  },
});

/** Adds the route that shows an invitation to people without an account. Its token has 128 random bits, which nobody can guess. */
export function openInvitationRoutes(
  app: App,
  { useCases, authenticate }: RouteDeps<SharingVerbs> & { authenticate: Authenticate },
): void {
  app.post("/invitations/look", { schema: invitationSchemas.lookAtInvitation }, async (request, reply) => {
    reply.header("cache-control", "no-store");
    const userId = await userOf(request);
    const network = networkOf(request.clientAddress);
    return presentOpen(await useCases.lookAtInvitation(request.body.token, { network, userId }));
  });

  async function userOf(request: FastifyRequest): Promise<string | undefined> {
    try {
      return (await authenticate(request)).userId;
    } catch (error) {
      if (error instanceof HttpProblem && error.code === "unauthenticated") return undefined;
      throw error;
    }
  }
}

/** Adds the routes below /invitations, for people who accept invitations, and for the owners of the notes. */
export function invitationRoutes(app: App, { useCases, publicUrl }: RouteDeps<SharingVerbs>): void {
  app.post("/invitations/redeem", { schema: invitationSchemas.redeemInvitation }, async (request) => {
    const { noteId, attachmentId = null } = await useCases.acceptInvitation(callerOf(request), request.body.token);
    return { noteId, attachmentId };
  });

  app.patch("/invitations/:invitationId", { schema: invitationSchemas.updateInvitation }, async (request) => {
    const { role, expiresAt, newLink = false } = request.body;
    const invitation = await useCases.updateInvitation(callerOf(request), {
      invitationId: request.params.invitationId,
      role,
      expiresAt: typeof expiresAt === "string" ? parseInstant(expiresAt, { name: "expiresAt" }) : expiresAt,
      hasNewLink: newLink,
    });
    return presentInvitation(invitation, { publicUrl });
  });

  app.delete("/invitations/:invitationId", { schema: invitationSchemas.revokeInvitation }, async (request, reply) => {
    await useCases.revokeInvitation(callerOf(request), request.params.invitationId);
    return reply.code(204).send(null);
  });
}

export function presentInvitation(
  invitation: DescribedInvitation,
  { publicUrl }: { publicUrl: string },
): wire.Invitation {
  const { id, email, role, expiresAt, invitedAt, token } = invitation;
  return {
    ...{ id, email, role },
    expiresAt: isoOrNull(expiresAt),
    invitedAt: toIso(invitedAt),
    linkExpiresAt: toIso(linkEndsAt(invitation)),
    url: invitationUrl(publicUrl, { token }),
  };
}

/** Converts an invitation to the form that a person with its link sees. */
export function presentOpen(found: LookedAt): wire.OpenInvitation {
  if (found.opens === "service") {
    const { inviterName, invitation } = found;
    const nothing = { noteTitle: null, filename: null, role: null, expiresAt: null, callerShare: null };
    return {
      opens: "service",
      ownerName: inviterName ?? null,
      email: invitation.email,
      callerHas: "nothing",
      ...nothing,
    };
  }
  const { invitation, ownerName, noteTitle, filename, callerHas, callerShare } = found;
  const { role, email, expiresAt } = invitation;
  return {
    opens: filename === undefined ? "note" : "file",
    ownerName: ownerName ?? null,
    // A person with an invitation to a single file must not learn the title of the note.
    noteTitle: filename === undefined ? noteTitle : null,
    filename: filename ?? null,
    ...{ role, email, callerHas },
    expiresAt: isoOrNull(expiresAt),
    callerShare: callerShare === undefined ? null : { ...callerShare, expiresAt: isoOrNull(callerShare.expiresAt) },
  };
}

const accessRequestSchemas = operations("shares", {
  askForAccess: {
    summary: "Ask the owner of a note for access. The response is the same whether or not the note exists",
    params: wire.NoteParams,
    response: { 202: emptyResponse },
  },
  listAccessRequests: {
    summary: "List the people who ask for access to a note, oldest first",
    params: wire.NoteParams,
    response: { 200: wire.AccessRequests },
  },
  grantAccess: {
    summary: "Share a note with a person who asks for access",
    params: wire.AccessRequestParams,
    body: wire.GrantAccessBody,
    response: { 204: emptyResponse },
  },
  dismissAccessRequest: {
    summary: "Dismiss a request for access. For a day, further requests of the person are dropped",
    params: wire.AccessRequestParams,
    response: { 204: emptyResponse },
  },
});

export function accessRequestRoutes(app: App, { useCases }: RouteDeps<SharingVerbs>): void {
  app.post("/notes/:noteId/access-requests", { schema: accessRequestSchemas.askForAccess }, async (request, reply) => {
    await useCases.askForAccess(callerOf(request), request.params.noteId);
    return reply.code(202).send(null);
  });

  app.get("/notes/:noteId/access-requests", { schema: accessRequestSchemas.listAccessRequests }, async (request) => {
    const requests = await useCases.listAccessRequests(callerOf(request), request.params.noteId);
    return {
      requests: requests.map(({ userId, name = null, email = null, isEmailProven, requestedAt }) => ({
        person: { id: userId, name, email },
        emailIsProven: isEmailProven,
        requestedAt: toIso(requestedAt),
      })),
    };
  });

  app.put(
    "/notes/:noteId/access-requests/:userId",
    { schema: accessRequestSchemas.grantAccess },
    async (request, reply) => {
      const { noteId, userId } = request.params;
      await useCases.grantAccess(callerOf(request), { noteId, userId, role: request.body.role });
      return reply.code(204).send(null);
    },
  );

  app.delete(
    "/notes/:noteId/access-requests/:userId",
    { schema: accessRequestSchemas.dismissAccessRequest },
    async (request, reply) => {
      const { noteId, userId } = request.params;
      await useCases.dismissAccessRequest(callerOf(request), { noteId, userId });
      return reply.code(204).send(null);
    },
  );
}
