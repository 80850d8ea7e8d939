import type { FastifyReply, FastifyRequest } from "fastify";
import { callerOf } from "../../authentication.ts";
import type { App, RouteDeps } from "../../route-types.ts";
import { toIso } from "../../wire-instant.ts";
import { describeAttachment } from "../attachments/present.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { presentStarted, presentUpload } from "./present.ts";
import * as schema from "./schema.ts";

/** POST /notes/:noteId/uploads, and /uploads/:uploadId with its parts and its completion. */
export function uploadRoutes(app: App, deps: RouteDeps): void {
  const { useCases } = deps;
  app.post("/notes/:noteId/uploads", { schema: schema.startUpload }, async (request, reply) => {
    const { filename, sizeBytes, contentType, sha256 } = request.body;
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const input = { noteId: request.params.noteId, filename, sizeBytes, contentType, sha256, idempotencyKey };
    return reply.code(201).send(presentStarted(await useCases.startUpload(callerOf(request), input)));
  });

  app.get("/uploads/:uploadId", { schema: schema.getUpload }, async (request) =>
    presentUpload(await useCases.getUpload(callerOf(request), request.params.uploadId)),
  );

  app.post("/uploads/:uploadId/parts", { schema: schema.signParts }, async (request) => {
    const { partNumbers } = request.body;
    const parts = await useCases.signParts(callerOf(request), { uploadId: request.params.uploadId, partNumbers });
    return { parts: parts.map((part) => ({ ...part, expiresAt: toIso(part.expiresAt) })) };
  });

  app.post(
    "/uploads/:uploadId/complete",
    { schema: schema.completeUpload, preValidation: allowNoBody },
    async (request) => {
      const input = { uploadId: request.params.uploadId, parts: request.body.parts };
      return describeAttachment(await useCases.completeUpload(callerOf(request), input), deps);
    },
  );

  app.delete("/uploads/:uploadId", { schema: schema.abortUpload }, async (request, reply) => {
    await useCases.abortUpload(callerOf(request), request.params.uploadId);
    return reply.code(204).send(null);
  });
}

// A completion without a body is the same as with `{}`.
function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.body === undefined || request.body === null) request.body = {};
  done();
}
