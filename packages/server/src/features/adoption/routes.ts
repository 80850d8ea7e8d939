import multipart from "@fastify/multipart";
import { AdoptBody, Attachment, FilePath, NoteParams } from "@valetkey/contract";
import { Type } from "typebox";
import { DomainError } from "../../platform/errors.ts";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { HttpProblem } from "../../platform/http/problem.ts";
import { type App, operations, type RequestOf, type RouteDeps } from "../../platform/http/routes.ts";
import { callerOf } from "../access/caller.ts";
import { describeAttachment } from "../attachments/routes.ts";
import type { PeopleVerbs } from "../people/index.ts";
import { dropRest, lengthOfFile, openForm, refuseOversize } from "../uploads/file-form.ts";
import type { UploadVerbs } from "../uploads/index.ts";
import type { AdoptionVerbs } from "./index.ts";

// This schema is only for /openapi.json. The service reads the form as a stream, so it does not validate the form with the schema.
// The path must come before the file.
const Form = Type.Object({ path: Type.Optional(FilePath), file: Type.String({ format: "binary" }) });

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
});

/** The route POST /notes/:noteId/attachments. Its own Fastify scope keeps the hooks of the form parser away from other routes. */
export async function attachRoute(app: App, deps: RouteDeps<AdoptionVerbs & PeopleVerbs & UploadVerbs>): Promise<void> {
  await app.register(multipart, { limits: { fileSize: Number.POSITIVE_INFINITY } });
  app.post("/notes/:noteId/attachments", { schema: schemas.attach }, async (request, reply) => {
    const attachment = request.isMultipart() ? await attachForm(request, deps) : await adopt(request, deps);
    return reply.code(201).send(await describeAttachment(attachment, deps));
  });
}

type AttachRequest = RequestOf<typeof schemas.attach>;

async function attachForm(
  request: AttachRequest,
  { useCases, uploadMaxBytes, formProgress }: RouteDeps<AdoptionVerbs & PeopleVerbs & UploadVerbs>,
) {
  const { noteId } = request.params;
  try {
    refuseOversize(request.headers["content-length"], uploadMaxBytes + httpLimits.formOverheadBytes);
    const { body, ...file } = await openForm(request, formProgress);
    try {
      const length = lengthOfFile(request.headers["content-length"]);
      return await useCases.attachFile(callerOf(request), { ...file, noteId, body, length });
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

async function adopt(request: AttachRequest, { useCases }: RouteDeps<AdoptionVerbs & PeopleVerbs & UploadVerbs>) {
  // Fastify selects the schema by the media type of the request, so it validates nothing in a request without a media type.
  if (typeof request.body !== "object") throw new HttpProblem("invalid_request", "Send a form with a file, or JSON.");
  const { s3Url, key, filename } = request.body as AdoptBody;
  return useCases.adoptObject(callerOf(request), { noteId: request.params.noteId, s3Url, key, filename });
}
