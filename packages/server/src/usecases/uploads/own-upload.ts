import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Queries } from "../ports/index.ts";

/** Finds an upload of the caller. Throws `upload_not_found` for the upload of another user too. */
export async function findOwnUpload(queries: Queries, request: { caller: Caller; uploadId: string }): Promise<Upload> {
  const upload = await queries.uploads.find(request.uploadId);
  if (upload === undefined || upload.userId !== request.caller.userId) {
    throw new DomainError("upload_not_found", "Upload not found");
  }
  return upload;
}

export function uploadOver({ state }: Pick<Upload, "state">): DomainError {
  return new DomainError("upload_not_pending", `The upload is over (${state}). Start a new one.`);
}
