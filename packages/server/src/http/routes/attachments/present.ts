import type { Attachment as WireAttachment } from "@valetkey/contract";
import type { Attachment } from "../../../domain/attachment.ts";
import { toIso } from "../../instants.ts";

/** An attachment as the wire has it: without its object key. */
export function presentAttachment(attachment: Attachment): WireAttachment {
  const { id, noteId, filename, sizeBytes, contentType, checksum, state, rejectReason: reason, createdAt } = attachment;
  return {
    id,
    noteId,
    filename,
    sizeBytes,
    contentType,
    checksum: checksum ?? null,
    state,
    ...(reason === undefined ? {} : { reason }),
    createdAt: toIso(createdAt),
  };
}
