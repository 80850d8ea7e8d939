import type { Attachment } from "../access/attachment.ts";
import { idInApplication } from "../access/caller.ts";
import type { ItemName } from "../outbox/file-events.ts";
import type { ItemFile } from "./types.ts";

/** Converts a file to the form that the application gets. The result does not contain the object key. */
export function presentFile(attachment: Attachment, { resource, itemId }: ItemName): ItemFile {
  const { id, filename, contentType, sizeBytes, checksum, state, rejectReason, createdBy, createdAt } = attachment;
  return {
    id,
    resource,
    itemId,
    filename,
    contentType,
    sizeBytes,
    sha256: checksum?.value,
    state,
    reason: rejectReason,
    createdBy: idInApplication(createdBy) ?? createdBy,
    createdAt: new Date(createdAt),
  };
}
