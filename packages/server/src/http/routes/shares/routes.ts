import {
  AttachmentParams,
  AttachmentShareParams,
  NoteParams,
  NoteShareParams,
  ShareAttachmentBody,
  ShareNoteBody,
  Shares,
  SharesWithResults,
  type Share as WireShare,
} from "@valetkey/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ShareWithPerson } from "../../../domain/share.ts";
import type { ShareSubject } from "../../../usecases/ports/index.ts";
import { callerOf } from "../../authentication.ts";
import { emptyResponse, operations } from "../../openapi.ts";
import type { App, RouteDeps } from "../../route-types.ts";
import { parseExpiresAt, toIso } from "../../wire-instant.ts";

type Call<Params> = Pick<FastifyRequest, "caller"> & { params: Params };

const schemas = operations("shares", {
  shareNote: {
    summary: "Share a note with users, as viewers or editors. Each receiver has its own outcome",
    params: NoteParams,
    body: ShareNoteBody,
    response: { 200: SharesWithResults },
  },
  listNoteShares: {
    summary: "List the shares of a note",
    params: NoteParams,
    response: { 200: Shares },
  },
  revokeNoteShare: {
    summary: "Revoke a share of a note. The next request of the user is refused",
    params: NoteShareParams,
    response: { 204: emptyResponse },
  },
  shareAttachment: {
    summary: "Share one attachment without its note. Each receiver has its own outcome",
    params: AttachmentParams,
    body: ShareAttachmentBody,
    response: { 200: SharesWithResults },
  },
  listAttachmentShares: {
    summary: "List the shares of an attachment",
    params: AttachmentParams,
    response: { 200: Shares },
  },
  revokeAttachmentShare: {
    summary: "Revoke a share of an attachment. The next request of the user is refused",
    params: AttachmentShareParams,
    response: { 204: emptyResponse },
  },
});

/** The shares of a note, and the same three calls for an attachment. */
export function shareRoutes(app: App, { useCases }: RouteDeps): void {
  const list = async (request: Call<ShareSubject>) =>
    present(await useCases.listShares(callerOf(request), request.params));

  async function put({ params, body, caller }: Call<ShareSubject> & { body: ShareNoteBody }) {
    const { userIds = [], emails = [], role = "viewer" } = body;
    const input = { subject: params, userIds, emails, role, expiresAt: parseExpiresAt(body.expiresAt) };
    const { shares, results } = await useCases.putShares(callerOf({ caller }), input);
    return { ...present(shares), results };
  }

  async function revoke(request: Call<ShareSubject & { userId: string }>, reply: FastifyReply) {
    const { userId, ...subject } = request.params;
    await useCases.revokeShare(callerOf(request), { subject, userId });
    return reply.code(204).send(null);
  }

  app.put("/notes/:noteId/shares", { schema: schemas.shareNote }, put);
  app.get("/notes/:noteId/shares", { schema: schemas.listNoteShares }, list);
  app.delete("/notes/:noteId/shares/:userId", { schema: schemas.revokeNoteShare }, revoke);
  app.put("/attachments/:attachmentId/shares", { schema: schemas.shareAttachment }, put);
  app.get("/attachments/:attachmentId/shares", { schema: schemas.listAttachmentShares }, list);
  app.delete("/attachments/:attachmentId/shares/:userId", { schema: schemas.revokeAttachmentShare }, revoke);
}

function present(shares: readonly ShareWithPerson[]): { shares: WireShare[] } {
  return {
    shares: shares.map(({ userId, email, name, role, expiresAt, createdAt }) => ({
      userId,
      email: email ?? null,
      name: name ?? null,
      role,
      expiresAt: expiresAt === undefined ? null : toIso(expiresAt),
      createdAt: toIso(createdAt),
    })),
  };
}
