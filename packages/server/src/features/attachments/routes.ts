import multipart from "@fastify/multipart";
import {
  AdoptBody,
  Attachment,
  AttachmentParams,
  ListAttachmentsQuery,
  NoteParams,
  RenameAttachmentBody,
  ReviewBody,
  SharedAttachmentPage,
} from "@valetkey/contract";
import { Type } from "typebox";
import { DomainError } from "../../platform/errors.ts";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { emptyResponse, operations } from "../../platform/http/openapi.ts";
import { HttpProblem } from "../../platform/http/problem.ts";
import type { App, RequestOf, RouteDeps } from "../../platform/http/route-types.ts";
import { callerOf } from "../access/authentication.ts";
import { describeShared } from "../sharing/present-shared.ts";
import { dropRest, lengthOfFile, openForm, refuseOversize } from "./file-form.ts";
import { describeAttachment } from "./present.ts";

// This schema is only for /openapi.json. The service does not validate the form with this schema, because it reads the form as a stream.
const Form = Type.Object({ file: Type.String({ format: "binary" }) });

const schemas = operations("attachments", {
  attach: {
    summary: "Attach the file of a form. Administrators can also attach an object that is in the bucket",
    consumes: ["multipart/form-data", "application/json"],
    params: NoteParams,
    body: {
      content: {
        "multipart/form-data": { schema: Form },
        "application/json": { schema: AdoptBody },
      },
    },
    response: { 201: Attachment },
  },
  listAttachments: {
    summary: "List the files that are shared with you without their notes",
    querystring: ListAttachmentsQuery,
    response: { 200: SharedAttachmentPage },
  },
  getAttachment: {
    summary: "Read the metadata of an attachment",
    params: AttachmentParams,
    response: { 200: Attachment },
  },
  markAttachmentSeen: {
    summary: "Take the mark of a new file away, because you have looked at it",
    params: AttachmentParams,
    response: { 204: emptyResponse },
  },
  deleteAttachment: {
    summary: "Delete an attachment and its stored file",
    params: AttachmentParams,
    response: { 204: emptyResponse },
  },
  renameAttachment: {
    summary: "Rename a file",
    description:
      "Only a `ready` file can be renamed, by those who may edit its note. The content must agree with the new name, as in an upload. " +
      "URLs that were issued before keep the old name.",
    params: AttachmentParams,
    body: RenameAttachmentBody,
    response: { 200: Attachment },
  },
  reviewAttachment: {
    summary: "Accept or reject the quarantined file of a visitor",
    description: "An accepted file is `ready`. A rejected file is `rejected`, and its stored file is deleted.",
    params: AttachmentParams,
    body: ReviewBody,
    response: { 200: Attachment },
  },
});

/** The routes /attachments and /attachments/:attachmentId. */
export function attachmentRoutes(app: App, deps: RouteDeps): void {
  const { useCases } = deps;
  app.get("/attachments", { schema: schemas.listAttachments, preHandler: deps.takeTurn }, async (request) => {
    const { limit, cursor } = request.query;
    return describeShared(await useCases.listSharedAttachments(callerOf(request), { limit, cursor }), deps);
  });

  app.get("/attachments/:attachmentId", { schema: schemas.getAttachment }, async (request) =>
    describeAttachment(await useCases.getAttachment(callerOf(request), request.params.attachmentId), deps),
  );

  app.put("/attachments/:attachmentId/seen", { schema: schemas.markAttachmentSeen }, async (request, reply) => {
    await useCases.markAttachmentSeen(callerOf(request), request.params.attachmentId);
    return reply.code(204).send(null);
  });

  app.delete("/attachments/:attachmentId", { schema: schemas.deleteAttachment }, async (request, reply) => {
    await useCases.deleteAttachment(callerOf(request), request.params.attachmentId);
    return reply.code(204).send(null);
  });

  app.patch("/attachments/:attachmentId", { schema: schemas.renameAttachment }, async (request) => {
    const input = { attachmentId: request.params.attachmentId, filename: request.body.filename };
    return describeAttachment(await useCases.renameFile(callerOf(request), input), deps);
  });

  app.post("/attachments/:attachmentId/review", { schema: schemas.reviewAttachment }, async (request) => {
    const input = { attachmentId: request.params.attachmentId, decision: request.body.decision };
    return describeAttachment(await useCases.reviewFile(callerOf(request), input), deps);
  });
}

/**
 * The route POST /notes/:noteId/attachments. This route needs its own Fastify scope, so that no other route runs the hooks of the form
 * parser.
 */
export async function attachRoute(app: App, deps: RouteDeps): Promise<void> {
  await app.register(multipart, { limits: { fileSize: Number.POSITIVE_INFINITY } });
  app.post("/notes/:noteId/attachments", { schema: schemas.attach }, async (request, reply) => {
    const attachment = request.isMultipart() ? await attachForm(request, deps) : await adopt(request, deps);
    return reply.code(201).send(await describeAttachment(attachment, deps));
  });
}

type AttachRequest = RequestOf<typeof schemas.attach>;

async function attachForm(request: AttachRequest, { useCases, uploadMaxBytes, formProgress }: RouteDeps) {
  const { noteId } = request.params;
  try {
    refuseOversize(request.headers["content-length"], uploadMaxBytes + httpLimits.formOverheadBytes);
    const { filename, contentType, body } = await openForm(request, formProgress);
    try {
      const length = lengthOfFile(request.headers["content-length"]);
      return await useCases.attachFile(callerOf(request), { noteId, filename, contentType, body, length });
    } finally {
      body.destroy();
    }
  } catch (error) {
    dropRest(request.raw);
    // The error of the form describes the fault more precisely than the error of the stream.
    if (error instanceof DomainError && error.cause instanceof HttpProblem) throw error.cause;
    throw error;
  }
}

async function adopt(request: AttachRequest, { useCases }: RouteDeps) {
  // Fastify selects the schema by the media type of the request. If there is no media type, Fastify validates nothing.
  if (typeof request.body !== "object") throw new HttpProblem("invalid_request", "Send a form with a file, or JSON.");
  const { s3Url, key, filename } = request.body as AdoptBody;
  return useCases.adoptObject(callerOf(request), { noteId: request.params.noteId, s3Url, key, filename });
}
