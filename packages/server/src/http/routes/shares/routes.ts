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
import type { ShareWithPerson } from "../../../domain/share.ts";
import type { ShareSubject } from "../../../usecases/ports/index.ts";
import type { ShareInput } from "../../../usecases/shares.ts";
import { callerOf } from "../../authentication.ts";
import { emptyResponse } from "../../openapi.ts";
import type { App, RouteDeps } from "../../route-types.ts";
import { parseExpiresAt, toIso } from "../../wire-instant.ts";

const tags = ["shares"];

const shareNote = {
  tags,
  operationId: "shareNote",
  summary: "Share a note with users, as viewers or editors. Each receiver has its own outcome",
  params: NoteParams,
  body: ShareNoteBody,
  response: { 200: SharesWithResults },
};

const listNoteShares = {
  tags,
  operationId: "listNoteShares",
  summary: "List the shares of a note",
  params: NoteParams,
  response: { 200: Shares },
};

const revokeNoteShare = {
  tags,
  operationId: "revokeNoteShare",
  summary: "Revoke a share of a note. The next request of the user is refused",
  params: NoteShareParams,
  response: { 204: emptyResponse },
};

const shareAttachment = {
  tags,
  operationId: "shareAttachment",
  summary: "Share one attachment without its note. Each receiver has its own outcome",
  params: AttachmentParams,
  body: ShareAttachmentBody,
  response: { 200: SharesWithResults },
};

const listAttachmentShares = {
  tags,
  operationId: "listAttachmentShares",
  summary: "List the shares of an attachment",
  params: AttachmentParams,
  response: { 200: Shares },
};

const revokeAttachmentShare = {
  tags,
  operationId: "revokeAttachmentShare",
  summary: "Revoke a share of an attachment. The next request of the user is refused",
  params: AttachmentShareParams,
  response: { 204: emptyResponse },
};

/** The shares of a note, and the same three calls for an attachment. */
export function shareRoutes(app: App, { useCases }: RouteDeps): void {
  app.put("/notes/:noteId/shares", { schema: shareNote }, async (request) => {
    const { shares, results } = await useCases.putShares(callerOf(request), shareInput(request.params, request.body));
    return { ...present(shares), results };
  });
  app.get("/notes/:noteId/shares", { schema: listNoteShares }, async (request) =>
    present(await useCases.listShares(callerOf(request), request.params)),
  );
  app.delete("/notes/:noteId/shares/:userId", { schema: revokeNoteShare }, async (request, reply) => {
    const { noteId, userId } = request.params;
    await useCases.revokeShare(callerOf(request), { subject: { noteId }, userId });
    return reply.code(204).send(null);
  });

  app.put("/attachments/:attachmentId/shares", { schema: shareAttachment }, async (request) => {
    const { shares, results } = await useCases.putShares(callerOf(request), shareInput(request.params, request.body));
    return { ...present(shares), results };
  });
  app.get("/attachments/:attachmentId/shares", { schema: listAttachmentShares }, async (request) =>
    present(await useCases.listShares(callerOf(request), request.params)),
  );
  app.delete("/attachments/:attachmentId/shares/:userId", { schema: revokeAttachmentShare }, async (request, reply) => {
    const { attachmentId, userId } = request.params;
    await useCases.revokeShare(callerOf(request), { subject: { attachmentId }, userId });
    return reply.code(204).send(null);
  });
}

function shareInput(subject: ShareSubject, body: ShareNoteBody): ShareInput {
  const { userIds = [], emails = [], role = "viewer" } = body;
  return { subject, userIds, emails, role, expiresAt: parseExpiresAt(body.expiresAt) };
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
