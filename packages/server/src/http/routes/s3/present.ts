import type { UploadedParts } from "@valetkey/contract";
import { countParts, lengthOfPart } from "../../../domain/part-plan.ts";
import type { Upload } from "../../../domain/upload.ts";
import type { StoredPart } from "../../../usecases/ports/index.ts";

/**
 * The parts that need not be sent. Of an upload that is complete already, whose answer was lost, those are all: Uppy then asks for the
 * completion once more, which is answered as it was.
 */
export function presentParts({ upload, parts }: { upload: Upload; parts: readonly StoredPart[] }): UploadedParts {
  const { multipart, sizeBytes, state } = upload;
  if (multipart === undefined || !isThere(state)) {
    return parts.map(({ partNumber, etag, sizeBytes: Size }) => ({ PartNumber: partNumber, ETag: etag, Size }));
  }
  const cut = { sizeBytes, partSize: multipart.partSize };
  return Array.from({ length: countParts(cut) }, (_, index) => ({
    PartNumber: index + 1,
    ETag: '"complete"',
    Size: lengthOfPart(cut, index + 1),
  }));
}

/** Whether all of the file has come, and was not refused. */
function isThere(state: Upload["state"]): boolean {
  return !["pending", "rejected", "aborted", "expired"].includes(state);
}
