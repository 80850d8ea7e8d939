import multipart from "@fastify/multipart";
import type { AdoptBody } from "@valetkey/contract";
import { DomainError } from "../../../domain/errors.ts";
import { callerOf } from "../../auth-port.ts";
import { bounds } from "../../http-limits.ts";
import { HttpProblem } from "../../problem.ts";
import type { App, RequestOf, RouteDeps } from "../../types.ts";
import { dropRest, lengthOfFile, openForm, refuseOversize } from "./form.ts";
import { describeAttachment, describeShared } from "./present.ts";
import * as schema from "./schema.ts";

/** /attachments and /attachments/:attachmentId. */
export function attachmentRoutes(app: App, deps: RouteDeps): void {
  const { useCases } = deps;
  app.get("/attachments", { schema: schema.listAttachments }, async (request) => {
    const { limit, cursor } = request.query;
    return describeShared(await useCases.listSharedAttachments(callerOf(request), { limit, cursor }), deps);
  });

  app.get("/attachments/:attachmentId", { schema: schema.getAttachment }, async (request) =>
    describeAttachment(await useCases.getAttachment(callerOf(request), request.params.attachmentId), deps),
  );

  app.delete("/attachments/:attachmentId", { schema: schema.deleteAttachment }, async (request, reply) => {
    await useCases.deleteAttachment(callerOf(request), request.params.attachmentId);
    return reply.code(204).send(null);
  });
}

/** POST /notes/:noteId/attachments; a scope of its own, so that only it pays for the hooks of the form parser. */
export async function attachRoute(app: App, deps: RouteDeps): Promise<void> {
  await app.register(multipart, { limits: { fileSize: Number.POSITIVE_INFINITY } });
  app.post("/notes/:noteId/attachments", { schema: schema.attach }, async (request, reply) => {
    const attachment = request.isMultipart() ? await attachForm(request, deps) : await adopt(request, deps);
    return reply.code(201).send(await describeAttachment(attachment, deps));
  });
}

type AttachRequest = RequestOf<typeof schema.attach>;

async function attachForm(request: AttachRequest, { useCases, uploadMaxBytes }: RouteDeps) {
  const { noteId } = request.params;
  try {
    refuseOversize(request.headers["content-length"], uploadMaxBytes + bounds.formOverheadBytes);
    const { filename, contentType, body } = await openForm(request);
    try {
      const length = lengthOfFile(request.headers["content-length"]);
      return await useCases.attachFile(callerOf(request), { noteId, filename, contentType, body, length });
    } finally {
      body.destroy();
    }
  } catch (error) {
    dropRest(request.raw);
    // What was wrong with the form says more than that its stream broke.
    if (error instanceof DomainError && error.cause instanceof HttpProblem) throw error.cause;
    throw error;
  }
}

async function adopt(request: AttachRequest, { useCases }: RouteDeps) {
  // The schema is chosen by the media type: without one there was none.
  if (typeof request.body !== "object") throw new HttpProblem("invalid_request", "Send a form with a file, or JSON.");
  const { s3Url, key, filename } = request.body as AdoptBody;
  return useCases.adoptObject(callerOf(request), { noteId: request.params.noteId, s3Url, key, filename });
}
