import type { Send, SignedParts, StartedSend, StartedUpload, Upload as UploadBody } from "@valetkey/contract";
import { countParts } from "../../platform/bucket/part-plan.ts";
import type { SignedRequest } from "../../platform/bucket/port.ts";
import { toIso } from "../../platform/http/wire.ts";
import type { Upload } from "../access/attachment.ts";
import type { UploadProgress } from "./parts.ts";

type Started = { upload: Upload; request: SignedRequest | undefined };

export function presentStarted(started: Started): StartedUpload {
  return { upload: { attachmentId: started.upload.attachmentId, ...presentStart(started) } };
}

/** Presents a started upload for a visitor, without the ids of the note and its files. */
export function presentStartedSend(started: Started): StartedSend {
  return { upload: presentStart(started) };
}

export function presentUpload(progress: UploadProgress): UploadBody {
  const { attachmentId, noteId } = progress.upload;
  return { upload: { attachmentId, noteId, ...presentProgress(progress) } };
}

/** Presents an upload for a visitor, without the ids of the note and its files. */
export function presentSend(progress: UploadProgress): Send {
  return { upload: presentProgress(progress) };
}

export function presentPart(part: SignedRequest & { partNumber: number }): SignedParts["parts"][number] {
  return { ...part, expiresAt: toIso(part.expiresAt) };
}

function presentStart({ upload, request }: Started) {
  const { id, state } = upload;
  // The URL expires before the upload if the bucket credentials that signed it expire first.
  const expiresAt = toIso(request?.expiresAt ?? upload.expiresAt);
  const signed = request && { method: request.method, url: request.url, headers: request.headers };
  return { id, state, ...presentPlan(upload), ...signed, expiresAt };
}

function presentProgress({ upload, parts, rejectReason: reason }: UploadProgress) {
  const { id, state, filename, sizeBytes, expiresAt } = upload;
  return {
    id,
    state,
    filename,
    sizeBytes,
    ...(reason === undefined ? {} : { reason }),
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
