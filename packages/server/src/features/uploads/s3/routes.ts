import * as wire from "@valetkey/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { countParts, lengthOfPart, partSizeOfUppy } from "../../../platform/bucket/part-plan.ts";
import type { StoredPart } from "../../../platform/bucket/port.ts";
import { httpLimits } from "../../../platform/http/http-limits.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { type App, operations, type RouteDeps } from "../../../platform/http/routes.ts";
import type { Upload } from "../../access/attachment.ts";
import { callerOf } from "../../access/caller.ts";
import type { UploadVerbs } from "../index.ts";

const ofUpload = { params: wire.UploadParams, querystring: wire.MultipartQuery };

const schemas = operations("uppy", {
  uppyCreateMultipart: {
    summary: "Uppy: start a multipart upload",
    body: wire.CreateMultipartBody,
    response: { 200: wire.CreatedMultipart },
  },
  uppyListParts: {
    ...ofUpload,
    summary: "Uppy: list the stored parts",
    response: { 200: wire.UploadedParts },
  },
  uppySignPart: {
    ...ofUpload,
    summary: "Uppy: sign one part",
    params: wire.MultipartPartParams,
    response: { 200: wire.PresignedPart },
  },
  uppySignBatch: {
    ...ofUpload,
    summary: "Uppy: sign several parts",
    querystring: wire.BatchQuery,
    response: { 200: wire.PresignedParts },
  },
  uppyCompleteMultipart: {
    ...ofUpload,
    summary: "Uppy: complete, verify and attach the upload",
    body: wire.CompleteMultipartBody,
    response: { 200: wire.CompletedMultipart },
  },
  uppyAbortMultipart: {
    ...ofUpload,
    summary: "Uppy: abort the upload",
    response: { 200: wire.AbortedMultipart },
  },
  uppySignForm: { summary: "Uppy: form uploads (always refused)" },
  uppySts: { summary: "Uppy: temporary credentials (always refused)" },
});

/** The Companion endpoints for Uppy's plugin AwsS3, with the functions of the routes below /uploads (docs/uppy.md). */
export function s3Routes(app: App, { useCases, publicUrl }: RouteDeps<UploadVerbs>): void {
  app.post("/s3/multipart", { schema: schemas.uppyCreateMultipart }, async (request) => {
    const { filename, type: contentType, metadata } = request.body;
    const { noteId, path, size: sizeBytes } = metadata;
    if (sizeBytes === undefined) {
      throw new HttpProblem(
        "invalid_request",
        'metadata.size is missing, and every part is signed with its exact length. Add this line to the page: uppy.on("file-added", (file) => uppy.setFileMeta(file.id, { size: file.size }));',
      );
    }
    const partSize = metadata.partSize ?? partSizeOfUppy(sizeBytes);
    const input = { noteId, path, filename, contentType, sizeBytes, sha256: undefined, partSize };
    const { upload } = await useCases.startUpload(callerOf(request), input);
    return { key: upload.id, uploadId: upload.id };
  });

  app.get("/s3/multipart/:uploadId", { schema: schemas.uppyListParts, preHandler: requireOwnKey }, async (request) =>
    presentParts(await useCases.getUpload(callerOf(request), request.params.uploadId)),
  );

  app.get(
    "/s3/multipart/:uploadId/:partNumber",
    { schema: schemas.uppySignPart, preHandler: requireOwnKey },
    async (request) => {
      const { uploadId, partNumber } = request.params;
      const [part] = await useCases.signParts(callerOf(request), { uploadId, partNumbers: [Number(partNumber)] });
      if (part === undefined) throw new Error("signParts returned no part");
      return { url: part.url };
    },
  );

  app.get(
    "/s3/multipart/:uploadId/batch",
    { schema: schemas.uppySignBatch, preHandler: requireOwnKey },
    async (request) => {
      const { uploadId } = request.params;
      const partNumbers = request.query.partNumbers.split(",").map(Number);
      const parts = await useCases.signParts(callerOf(request), { uploadId, partNumbers });
      return { presignedUrls: Object.fromEntries(parts.map(({ partNumber, url }) => [partNumber, url])) };
    },
  );

  app.post(
    "/s3/multipart/:uploadId/complete",
    { schema: schemas.uppyCompleteMultipart, bodyLimit: httpLimits.largeJsonBodyBytes, preHandler: requireOwnKey },
    async (request) => {
      const parts = request.body.parts.map(({ PartNumber, ETag }) => ({ partNumber: PartNumber, etag: ETag }));
      const { uploadId } = request.params;
      const { id } = await useCases.completeUpload(callerOf(request), { uploadId, parts });
      return { location: new URL(`/attachments/${id}/download`, publicUrl).href, key: id };
    },
  );

  app.delete(
    "/s3/multipart/:uploadId",
    { schema: schemas.uppyAbortMultipart, preHandler: requireOwnKey },
    async (request) => {
      await useCases.abortUpload(callerOf(request), request.params.uploadId);
      return {};
    },
  );

  app.get("/s3/params", { schema: schemas.uppySignForm }, () => {
    throw new HttpProblem(
      "invalid_request",
      "Form uploads are not supported. Set shouldUseMultipart: true in the options of @uppy/aws-s3. Uppy sends an empty file as a form even then: upload it with POST /notes/:noteId/attachments.",
    );
  });

  app.get("/s3/sts", { schema: schemas.uppySts }, () => {
    throw new HttpProblem(
      "access_denied",
      "The service gives bucket credentials to nobody. Remove getCredentials (getTemporarySecurityCredentials) from the options of @uppy/aws-s3.",
    );
  });
}

/** Refuses a `key` that is not the id of the upload, so that no client key reaches the bucket (docs/security-requirements.md, 1). */
function requireOwnKey(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  const { uploadId } = request.params as { uploadId: string };
  const { key } = request.query as { key: string };
  if (key.toLowerCase() === uploadId) done();
  else done(new HttpProblem("invalid_request", "key must be the key that POST /s3/multipart returned."));
}

/**
 * Returns the parts that Uppy does not have to send. For a completed upload, returns all parts. If Uppy did not receive the response to its
 * completion, Uppy lists the parts and completes the upload again.
 */
export function presentParts({ upload, parts }: { upload: Upload; parts: readonly StoredPart[] }): wire.UploadedParts {
  const { multipart, sizeBytes, state } = upload;
  const isCompleted = !["pending", "rejected", "aborted", "expired"].includes(state);
  if (multipart === undefined || !isCompleted) {
    return parts.map(({ partNumber, etag, sizeBytes: Size }) => ({ PartNumber: partNumber, ETag: etag, Size }));
  }
  const plan = { sizeBytes, partSize: multipart.partSize };
  return Array.from({ length: countParts(plan) }, (_, index) => ({
    PartNumber: index + 1,
    ETag: '"complete"',
    Size: lengthOfPart(plan, index + 1),
  }));
}
