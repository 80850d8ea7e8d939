import type { FastifyReply, FastifyRequest } from "fastify";
import { callerOf } from "../../auth-port.ts";
import { toIso } from "../../instants.ts";
import type { App, RouteDeps } from "../../types.ts";
import { presentAttachment } from "../attachments/present.ts";
import * as schema from "./schema.ts";

/** POST /notes/:noteId/uploads, /uploads/:uploadId and its completion. */
export function uploadRoutes(app: App, { useCases }: RouteDeps): void {
  app.post("/notes/:noteId/uploads", { schema: schema.startUpload }, async (request, reply) => {
    const { filename, sizeBytes, contentType, sha256 } = request.body;
    const input = { noteId: request.params.noteId, filename, sizeBytes, contentType, sha256 };
    const { upload, request: signed } = await useCases.startUpload(callerOf(request), input);
    const { id, attachmentId, strategy } = upload;
    const { method, url, headers, expiresAt } = signed;
    return reply
      .code(201)
      .send({ upload: { id, attachmentId, strategy, method, url, headers, expiresAt: toIso(expiresAt) } });
  });

  app.get("/uploads/:uploadId", { schema: schema.getUpload }, async (request) => {
    const upload = await useCases.getUpload(callerOf(request), request.params.uploadId);
    const { id, attachmentId, noteId, strategy, state, filename, sizeBytes, expiresAt } = upload;
    return {
      upload: { id, attachmentId, noteId, strategy, state, filename, sizeBytes, expiresAt: toIso(expiresAt) },
    };
  });

  app.post(
    "/uploads/:uploadId/complete",
    { schema: schema.completeUpload, preValidation: allowNoBody },
    async (request) => presentAttachment(await useCases.completeUpload(callerOf(request), request.params.uploadId)),
  );

  app.delete("/uploads/:uploadId", { schema: schema.abortUpload }, async (request, reply) => {
    await useCases.abortUpload(callerOf(request), request.params.uploadId);
    return reply.code(204).send(null);
  });
}

// A completion has nothing to say: `{}` and no body are the same.
function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.body === undefined || request.body === null) request.body = {};
  done();
}
