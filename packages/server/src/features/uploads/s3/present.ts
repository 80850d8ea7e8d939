import type { UploadedParts } from "@valetkey/contract";
import { countParts, lengthOfPart } from "../../../platform/bucket/part-plan.ts";
import type { StoredPart } from "../../../platform/bucket/port.ts";
import type { Upload } from "../../access/attachment.ts";

/**
 * Returns the parts that Uppy does not have to send. For a completed upload, these are all parts. If Uppy did not receive the response to
 * its complete call, it lists the parts and calls complete again.
 */
export function presentParts({ upload, parts }: { upload: Upload; parts: readonly StoredPart[] }): UploadedParts {
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
