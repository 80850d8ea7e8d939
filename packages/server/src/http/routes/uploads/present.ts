import type { StartedUpload, Upload as UploadBody } from "@valetkey/contract";
import { countParts } from "../../../domain/part-plan.ts";
import type { Upload } from "../../../domain/upload.ts";
import type { SignedRequest } from "../../../usecases/ports/index.ts";
import type { UploadProgress } from "../../../usecases/uploads/index.ts";
import { toIso } from "../../wire-instant.ts";

export function presentStarted(started: { upload: Upload; request: SignedRequest | undefined }): StartedUpload {
  const { upload, request } = started;
  const { id, attachmentId, state } = upload;
  // The URL expires before the upload when the credentials expire first.
  const expiresAt = toIso(request?.expiresAt ?? upload.expiresAt);
  const signed = request && { method: request.method, url: request.url, headers: request.headers };
  return { upload: { id, attachmentId, state, ...presentPlan(upload), ...signed, expiresAt } };
}

export function presentUpload({ upload, parts, rejectReason: reason }: UploadProgress): UploadBody {
  const { id, attachmentId, noteId, state, filename, sizeBytes, expiresAt } = upload;
  return {
    upload: {
      id,
      attachmentId,
      noteId,
      state,
      filename,
      sizeBytes,
      ...(reason === undefined ? {} : { reason }),
      ...presentPlan(upload),
      expiresAt: toIso(expiresAt),
      parts,
    },
  };
}

function presentPlan({ multipart, sizeBytes }: Upload) {
  if (multipart === undefined) return { strategy: "put" as const };
  const { partSize } = multipart;
  return { strategy: "multipart" as const, partSize, partCount: countParts({ sizeBytes, partSize }) };
}
