import type { ShareNoteBody, Share as WireShare } from "@valetkey/contract";
import type { ShareWithPerson } from "../../../domain/share.ts";
import type { ShareSubject } from "../../../usecases/ports/index.ts";
import type { ShareInput } from "../../../usecases/shares.ts";
import { callerOf } from "../../auth-port.ts";
import { endFromWire, toIso } from "../../instants.ts";
import type { App, RouteDeps } from "../../types.ts";
import * as schema from "./schema.ts";

/** The shares of a note and, the same three calls, of one attachment. */
export function shareRoutes(app: App, { useCases }: RouteDeps): void {
  app.put("/notes/:noteId/shares", { schema: schema.shareNote }, async (request) =>
    present(await useCases.putShares(callerOf(request), shareInput(request.params, request.body))),
  );
  app.get("/notes/:noteId/shares", { schema: schema.listNoteShares }, async (request) =>
    present(await useCases.listShares(callerOf(request), request.params)),
  );
  app.delete("/notes/:noteId/shares/:userId", { schema: schema.revokeNoteShare }, async (request, reply) => {
    const { noteId, userId } = request.params;
    await useCases.revokeShare(callerOf(request), { subject: { noteId }, userId });
    return reply.code(204).send(null);
  });

  app.put("/attachments/:attachmentId/shares", { schema: schema.shareAttachment }, async (request) =>
    present(await useCases.putShares(callerOf(request), shareInput(request.params, request.body))),
  );
  app.get("/attachments/:attachmentId/shares", { schema: schema.listAttachmentShares }, async (request) =>
    present(await useCases.listShares(callerOf(request), request.params)),
  );
  app.delete(
    "/attachments/:attachmentId/shares/:userId",
    { schema: schema.revokeAttachmentShare },
    async (request, reply) => {
      const { attachmentId, userId } = request.params;
      await useCases.revokeShare(callerOf(request), { subject: { attachmentId }, userId });
      return reply.code(204).send(null);
    },
  );
}

function shareInput(subject: ShareSubject, body: ShareNoteBody): ShareInput {
  const { userIds = [], emails = [], role = "viewer" } = body;
  return { subject, userIds, emails, role, expiresAt: endFromWire(body.expiresAt) };
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
