import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Upload } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import type { Sender } from "./authorise-sender.ts";
import { uploadQueries } from "./queries.ts";

/**
 * Finds an upload of the caller. Throws `upload_not_found`, also for an upload of another user, an upload through another link, and a file
 * in the trash.
 */
export async function findOwnUpload(
  queries: Tx,
  { caller, uploadId }: { caller: Sender; uploadId: string },
): Promise<Upload> {
  const upload = await uploadQueries(queries).find(uploadId);
  const isOwn = upload?.userId === caller.userId && (await cameThrough(queries, { upload, linkId: caller.linkId }));
  if (upload === undefined || !isOwn || !(await attachmentQueries(queries).find(upload.attachmentId)))
    throw uploadNotFound();
  return upload;
}

export function uploadNotFound(): DomainError {
  return new DomainError("upload_not_found", "Upload not found");
}

async function cameThrough(
  tx: Tx,
  { upload, linkId }: { upload: Upload; linkId: string | undefined },
): Promise<boolean> {
  if (linkId === undefined) return true;
  return (await visitorFileQueries(tx).find(upload.attachmentId))?.linkId === linkId;
}

export function uploadOver({ state }: Pick<Upload, "state">): DomainError {
  return new DomainError("upload_not_pending", `The upload is over (${state}). Start a new one.`);
}
