import type { OpenedLink, SentFile } from "@valetkey/contract";
import type { RequestUsage, VisitorUpload } from "../file-request.ts";
import type { FileRequest } from "../link.ts";
/** A file request, how much of it is used, and the files that the visitor sent. */
export type OpenRequest = { request: FileRequest; used: RequestUsage; sent: VisitorUpload[] };

/**
 * Presents a file request to a visitor: the limits, the number of files and bytes that the file request still accepts, and the files that
 * this visitor sent.
 */
export function presentRequest({ request, used, sent }: OpenRequest): NonNullable<OpenedLink["request"]> {
  const { maxFiles, maxBytesPerFile, maxBytesTotal, accept, askName, review, slots } = request;
  return {
    maxFiles,
    maxBytesPerFile,
    maxBytesTotal,
    accept: [...accept],
    askName,
    review,
    slots: slots.map(({ id, name, accept: kinds, maxBytes }) => ({
      id,
      name,
      ...(kinds === undefined ? {} : { accept: [...kinds] }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
      isFilled: used.filledSlots.includes(id),
    })),
    filesLeft: Math.max(0, maxFiles - used.files),
    bytesLeft: Math.max(0, maxBytesTotal - used.bytes),
    sent: sent.map(presentSentFile),
  };
}

export function presentSentFile({ uploadId, attachment, file }: VisitorUpload): SentFile {
  const { filename, sizeBytes, state, rejectReason: reason } = attachment;
  return {
    uploadId,
    filename,
    sizeBytes,
    state,
    ...(reason === undefined ? {} : { reason }),
    slotId: file.slotId ?? null,
  };
}
