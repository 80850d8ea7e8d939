import * as wire from "@valetkey/contract";
import { countParts } from "../../platform/bucket/part-plan.ts";
import type { SignedRequest } from "../../platform/bucket/port.ts";
import { DomainError } from "../../platform/errors.ts";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { presentProblem } from "../../platform/http/problem.ts";
import { type App, bodyIsOptional, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { allowNoBody, readIdempotencyKey, toIso } from "../../platform/http/wire.ts";
import { type Attachment, namesOf, presentRejection, type Upload } from "../access/attachment.ts";
import { callerOf } from "../access/caller.ts";
import { describeAttachment, presentAttachment } from "../attachments/routes.ts";
import type { PeopleVerbs } from "../people/index.ts";
import { completeTogether, type Outcome } from "./batch.ts";
import type { UploadVerbs } from "./index.ts";
import type { UploadProgress } from "./parts.ts";

const fileSchemas = operations("attachments", {
  renameAttachment: {
    summary: "Rename a file",
    description:
      "Only a `ready` file can be renamed, by those who may edit its note. The content must agree with the new name, as in an upload. " +
      "URLs that were issued before keep the old name.",
    params: wire.AttachmentParams,
    body: wire.RenameAttachmentBody,
    response: { 200: wire.Attachment },
  },
});

const schemas = operations("uploads", {
  startUpload: {
    summary: "Start an upload that goes directly to the bucket",
    params: wire.NoteParams,
    headers: wire.StartUploadHeaders,
    body: wire.StartUploadBody,
    response: { 201: wire.StartedUpload },
  },
  startUploads: {
    summary: "Start up to 100 uploads",
    description:
      "The response has one result for each file, in the order of the request: an upload, or a problem of this file. Repeat a lost " +
      "request with the same keys.",
    params: wire.NoteParams,
    body: wire.StartUploadsBody,
    response: { 200: wire.StartedUploads },
  },
  completeUploads: {
    summary: "Complete up to 100 uploads",
    description:
      "The response has one result for each id, in the order of the request: the file, or a problem of this upload. After 20 seconds, " +
      "uploads without a result have neither. Send their ids again.",
    body: wire.CompleteUploadsBody,
    response: { 200: wire.CompletedUploads },
  },
  getUpload: {
    summary: "Get an upload and its stored parts",
    description:
      "While the upload is `pending`, the response lists the stored parts, so that a client can resume. After the completion, the state is " +
      "`verifying` or `scanning`, and then `ready`, or `rejected` with a `reason`.",
    params: wire.UploadParams,
    response: { 200: wire.Upload },
  },
  signUploadParts: {
    summary: "Sign parts of an upload",
    params: wire.UploadParams,
    body: wire.SignPartsBody,
    response: { 200: wire.SignedParts },
  },
  completeUpload: {
    summary: "Verify the stored object and attach the file",
    description:
      "The attachment is `ready`, or `verifying` or `scanning` if its verification is slow and continues after the " +
      "request. Poll `GET /uploads/{uploadId}` every second or two until `state` is `ready`, or `rejected` with its `reason`.",
    params: wire.UploadParams,
    body: wire.CompleteUploadBody,
    ...bodyIsOptional,
    response: { 200: wire.Attachment },
  },
  abortUpload: {
    summary: "Abort an upload",
    params: wire.UploadParams,
    response: { 204: emptyResponse },
  },
});

/** The routes that start and complete an upload. Each route runs the access query, which also refuses disabled users. */
export function sendRoutes(app: App, deps: RouteDeps<PeopleVerbs & UploadVerbs>): void {
  const { useCases } = deps;
  app.post("/notes/:noteId/uploads", { schema: schemas.startUpload }, async (request, reply) => {
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const input = { sha256: undefined, ...request.body, noteId: request.params.noteId, idempotencyKey };
    return reply.code(201).send(presentStarted(await useCases.startUpload(callerOf(request), input)));
  });

  const large = { bodyLimit: httpLimits.largeJsonBodyBytes };
  app.post("/notes/:noteId/uploads/batch", { schema: schemas.startUploads, ...large }, async (request) => {
    const { noteId } = request.params;
    const inputs = request.body.uploads.map((file) => ({ sha256: undefined, ...file, noteId }));
    return presentOutcomes(await useCases.startUploads(callerOf(request), inputs), presentStarted);
  });

  app.post("/uploads/complete", { schema: schemas.completeUploads }, async (request) => {
    const caller = callerOf(request);
    const { uploadIds } = request.body;
    const prepare = (uploadId: string) => useCases.prepareCompletion(caller, { uploadId });
    const outcomes = await completeTogether(uploadIds, prepare);
    return { files: await presentCompleted(uploadIds, { outcomes, deps }) };
  });

  app.post(
    "/uploads/:uploadId/complete",
    { schema: schemas.completeUpload, bodyLimit: httpLimits.largeJsonBodyBytes, preValidation: allowNoBody },
    async (request) => {
      const input = { uploadId: request.params.uploadId, parts: request.body.parts };
      return describeAttachment(await useCases.completeUpload(callerOf(request), input), deps);
    },
  );
}

/** The routes for a started upload: /uploads/:uploadId and its parts. */
export function uploadRoutes(app: App, deps: RouteDeps<PeopleVerbs & UploadVerbs>): void {
  const { useCases } = deps;
  app.patch("/attachments/:attachmentId", { schema: fileSchemas.renameAttachment }, async (request) => {
    const input = { attachmentId: request.params.attachmentId, filename: request.body.filename };
    return describeAttachment(await useCases.renameFile(callerOf(request), input), deps);
  });

  app.get("/uploads/:uploadId", { schema: schemas.getUpload }, async (request) =>
    presentUpload(await useCases.getUpload(callerOf(request), request.params.uploadId)),
  );

  app.post("/uploads/:uploadId/parts", { schema: schemas.signUploadParts }, async (request) => {
    const { partNumbers } = request.body;
    const parts = await useCases.signParts(callerOf(request), { uploadId: request.params.uploadId, partNumbers });
    return { parts: parts.map(presentPart) };
  });

  app.delete("/uploads/:uploadId", { schema: schemas.abortUpload }, async (request, reply) => {
    await useCases.abortUpload(callerOf(request), request.params.uploadId);
    return reply.code(204).send(null);
  });
}

async function presentCompleted(
  uploadIds: readonly string[],
  { outcomes, deps }: { outcomes: readonly (Outcome<Attachment> | undefined)[]; deps: RouteDeps<PeopleVerbs> },
): Promise<wire.CompletedUploads["files"]> {
  const senders = outcomes.flatMap((file) =>
    file === undefined || file instanceof DomainError ? [] : [file.createdBy],
  );
  const people = await deps.useCases.findPeople([...new Set(senders)]);
  return presentFiles(uploadIds, { outcomes, present: (file) => presentAttachment(file, people) });
}

export function presentFiles<Model, File>(
  uploadIds: readonly string[],
  { outcomes, present }: { outcomes: readonly (Outcome<Model> | undefined)[]; present: (model: Model) => File },
): { uploadId: string; file?: File; problem?: wire.FileProblem }[] {
  return uploadIds.map((uploadId, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) return { uploadId };
    if (outcome instanceof DomainError) return { uploadId, problem: presentProblem(outcome) };
    return { uploadId, file: present(outcome) };
  });
}

export function presentOutcomes<Presented>(
  outcomes: readonly Outcome<Started>[],
  present: (started: Started) => { upload: Presented },
): { uploads: { upload?: Presented; problem?: wire.FileProblem }[] } {
  return {
    uploads: outcomes.map((each) => (each instanceof DomainError ? { problem: presentProblem(each) } : present(each))),
  };
}

type Started = { upload: Upload; request: SignedRequest | undefined };

export function presentStarted(started: Started): wire.StartedUpload {
  return { upload: { attachmentId: started.upload.attachmentId, ...presentStart(started) } };
}

/** Presents a started upload for a visitor, without the ids of the note and its files. */
export function presentStartedSend(started: Started): wire.StartedSend {
  return { upload: presentStart(started) };
}

export function presentUpload(progress: UploadProgress): wire.Upload {
  const { attachmentId, noteId } = progress.upload;
  return { upload: { attachmentId, noteId, ...presentProgress(progress) } };
}

/** Presents an upload for a visitor, without the ids of the note and its files. */
export function presentSend(progress: UploadProgress): wire.Send {
  return { upload: presentProgress(progress) };
}

export function presentPart(part: SignedRequest & { partNumber: number }): wire.SignedParts["parts"][number] {
  return { ...part, expiresAt: toIso(part.expiresAt) };
}

function presentStart({ upload, request }: Started) {
  const { id, state } = upload;
  // The URL expires before the upload if its bucket credentials expire first.
  const expiresAt = toIso(request?.expiresAt ?? upload.expiresAt);
  const signed = request && { method: request.method, url: request.url, headers: request.headers };
  return { id, state, ...presentPlan(upload), ...signed, expiresAt };
}

function presentProgress({ upload, parts, rejected }: UploadProgress) {
  const { id, state, sizeBytes, expiresAt } = upload;
  return {
    id,
    state,
    ...namesOf(upload),
    sizeBytes,
    ...presentRejection(rejected ?? {}),
    ...presentPlan(upload),
    expiresAt: toIso(expiresAt),
    parts,
  };
}

function presentPlan({ multipart, sizeBytes }: Upload) {
  if (multipart === undefined) return { strategy: "put" as const };
  const { partSize } = multipart;
  return { strategy: "multipart" as const, partSize, partCount: countParts({ sizeBytes, partSize }) };
}
