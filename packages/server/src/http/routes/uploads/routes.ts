import {
  Attachment,
  CompleteUploadBody,
  NoteParams,
  SignedParts,
  SignPartsBody,
  StartedUpload,
  StartUploadBody,
  StartUploadHeaders,
  Upload,
  UploadParams,
} from "@valetkey/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { callerOf } from "../../authentication.ts";
import { httpLimits } from "../../http-limits.ts";
import { bodyIsOptional, emptyResponse, operations } from "../../openapi.ts";
import { HttpProblem } from "../../problem.ts";
import type { App, RouteDeps } from "../../route-types.ts";
import { toIso } from "../../wire-instant.ts";
import { describeAttachment } from "../attachments/present.ts";
import { presentStarted, presentUpload } from "./present.ts";

const schemas = operations("uploads", {
  startUpload: {
    summary: "Start an upload that goes straight to the bucket",
    params: NoteParams,
    headers: StartUploadHeaders,
    body: StartUploadBody,
    response: { 201: StartedUpload },
  },
  getUpload: {
    summary: "Get an upload and its stored parts",
    description:
      "While the upload is `pending`, the response lists the stored parts, so that a client can resume. After the completion, the state is " +
      "`verifying` or `scanning`, and then `ready`, or `rejected` with a `reason`.",
    params: UploadParams,
    response: { 200: Upload },
  },
  signUploadParts: {
    summary: "Sign parts of an upload",
    params: UploadParams,
    body: SignPartsBody,
    response: { 200: SignedParts },
  },
  completeUpload: {
    summary: "Verify the stored object and attach it",
    description:
      "The attachment is `ready`. If its verification is slow, it is `verifying` or `scanning`, and the verification continues after the " +
      "request. Poll `GET /uploads/{uploadId}` every second or two until `state` is `ready`, or `rejected` with its `reason`.",
    params: UploadParams,
    body: CompleteUploadBody,
    ...bodyIsOptional,
    response: { 200: Attachment },
  },
  abortUpload: {
    summary: "Abort an upload",
    params: UploadParams,
    response: { 204: emptyResponse },
  },
});

const MAX_KEY_LENGTH = 255;
/** The form of an idempotency key in the draft: a string of structured fields (RFC 9651, section 3.3.3). */
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** The form that many clients send. */
const PLAIN = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/** POST /notes/:noteId/uploads, and /uploads/:uploadId with its parts and its completion. */
export function uploadRoutes(app: App, deps: RouteDeps): void {
  const { useCases } = deps;
  app.post("/notes/:noteId/uploads", { schema: schemas.startUpload }, async (request, reply) => {
    const { filename, sizeBytes, contentType, sha256 } = request.body;
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const input = { noteId: request.params.noteId, filename, sizeBytes, contentType, sha256, idempotencyKey };
    return reply.code(201).send(presentStarted(await useCases.startUpload(callerOf(request), input)));
  });

  app.get("/uploads/:uploadId", { schema: schemas.getUpload }, async (request) =>
    presentUpload(await useCases.getUpload(callerOf(request), request.params.uploadId)),
  );

  app.post("/uploads/:uploadId/parts", { schema: schemas.signUploadParts }, async (request) => {
    const { partNumbers } = request.body;
    const parts = await useCases.signParts(callerOf(request), { uploadId: request.params.uploadId, partNumbers });
    return { parts: parts.map((part) => ({ ...part, expiresAt: toIso(part.expiresAt) })) };
  });

  app.post(
    "/uploads/:uploadId/complete",
    { schema: schemas.completeUpload, bodyLimit: httpLimits.largeJsonBodyBytes, preValidation: allowNoBody },
    async (request) => {
      const input = { uploadId: request.params.uploadId, parts: request.body.parts };
      return describeAttachment(await useCases.completeUpload(callerOf(request), input), deps);
    },
  );

  app.delete("/uploads/:uploadId", { schema: schemas.abortUpload }, async (request, reply) => {
    await useCases.abortUpload(callerOf(request), request.params.uploadId);
    return reply.code(204).send(null);
  });
}

// A completion without a body is the same as with `{}`.
function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.body === undefined || request.body === null) request.body = {};
  done();
}

/**
 * Reads the header Idempotency-Key, with or without quotes. Range: 1 to 255 characters of visible ASCII.
 * Throws `invalid_request`. Follows draft-ietf-httpapi-idempotency-key-header.
 */
function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = typeof header === "string" ? unquote(header) : undefined;
  if (key === undefined || key === "" || key.length > MAX_KEY_LENGTH) {
    throw new HttpProblem(
      "invalid_request",
      `Idempotency-Key must be one key of 1 to ${MAX_KEY_LENGTH} visible ASCII characters, such as "8e03978e-40d5-43e8-bc93-6894a57f9324".`,
    );
  }
  return key;
}

function unquote(header: string): string | undefined {
  const quoted = QUOTED.exec(header)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, "$1");
  return PLAIN.test(header) ? header : undefined;
}
