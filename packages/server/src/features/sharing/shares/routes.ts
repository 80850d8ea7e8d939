import {
  AttachmentParams,
  AttachmentShareParams,
  ListAttachmentsQuery,
  NoteParams,
  NoteShareParams,
  ShareAttachmentBody,
  SharedAttachmentPage,
  ShareNoteBody,
  Shares,
  SharesWithResults,
  type Shares as WireShares,
} from "@valetkey/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { emptyResponse, operations } from "../../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../../platform/http/route-types.ts";
import { isoOrNull, parseExpiresAt, toIso } from "../../../platform/http/wire.ts";
import { callerOf } from "../../access/caller.ts";
import type { PeopleVerbs } from "../../people/index.ts";
import type { SharingVerbs } from "../index.ts";
import { presentInvitation } from "../invitations/present.ts";
import { describeShared } from "../present-shared.ts";
import type { ShareSubject } from "../share.ts";
import type { SharesOfSubject } from "../shares.ts";

type Call<Params> = Pick<FastifyRequest, "caller"> & { params: Params };

const fileSchemas = operations("attachments", {
  listAttachments: {
    summary: "List the files that are shared with you without their notes",
    querystring: ListAttachmentsQuery,
    response: { 200: SharedAttachmentPage },
  },
});

const schemas = operations("shares", {
  shareNote: {
    summary:
      "Share a note with users, as viewers or editors. An email address gets an invitation, whether or not it has an account",
    params: NoteParams,
    body: ShareNoteBody,
    response: { 200: SharesWithResults },
  },
  listNoteShares: {
    summary: "List the shares of a note, and its open invitations",
    params: NoteParams,
    response: { 200: Shares },
  },
  revokeNoteShare: {
    summary: "Revoke a share of a note. The next request of the user is refused",
    params: NoteShareParams,
    response: { 204: emptyResponse },
  },
  shareAttachment: {
    summary:
      "Share one attachment without its note. An email address gets an invitation, whether or not it has an account",
    params: AttachmentParams,
    body: ShareAttachmentBody,
    response: { 200: SharesWithResults },
  },
  listAttachmentShares: {
    summary: "List the shares of an attachment, and its open invitations",
    params: AttachmentParams,
    response: { 200: Shares },
  },
  revokeAttachmentShare: {
    summary: "Revoke a share of an attachment. The next request of the user is refused",
    params: AttachmentShareParams,
    response: { 204: emptyResponse },
  },
});

/** The routes for the shares of a note, and the same three routes for an attachment. */
export function shareRoutes(app: App, { useCases, publicUrl, takeTurn }: RouteDeps<PeopleVerbs & SharingVerbs>): void {
  const list = async (request: Call<ShareSubject>) =>
    present(await useCases.listShares(callerOf(request), request.params), { publicUrl });

  async function put({ params, body, caller }: Call<ShareSubject> & { body: ShareNoteBody }) {
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
    const { limit, cursor } = request.query;
    return describeShared(await useCases.listSharedAttachments(callerOf(request), { limit, cursor }), { useCases });
  });

  app.put("/notes/:noteId/shares", { schema: schemas.shareNote }, put);
  app.get("/notes/:noteId/shares", { schema: schemas.listNoteShares }, list);
  app.delete("/notes/:noteId/shares/:userId", { schema: schemas.revokeNoteShare }, revoke);
  app.put("/attachments/:attachmentId/shares", { schema: schemas.shareAttachment }, put);
  app.get("/attachments/:attachmentId/shares", { schema: schemas.listAttachmentShares }, list);
  app.delete("/attachments/:attachmentId/shares/:userId", { schema: schemas.revokeAttachmentShare }, revoke);
}

function present({ shares, invitations }: SharesOfSubject, { publicUrl }: { publicUrl: string }): WireShares {
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
