const MIB = 2 ** 20;
// The limits of Amazon S3 for objects and parts. Source: the documentation of Amazon S3, "Multipart upload limits".
export const MAX_OBJECT_BYTES = 5 * 2 ** 40;
export const MAX_PARTS = 10_000;
/** The minimum size of all parts except the last part. */
const MIN_PART_BYTES = 5 * MIB;
/** Parts are small, because a client must send the current part again after its connection breaks. */
const USUAL_PART_BYTES = 8 * MIB;

/** The size of a file and of its parts, in bytes. Each part except for the last part has `partSize` bytes. */
export type Parts = { sizeBytes: number; partSize: number };

/** `partSize`: in bytes. */
export type UploadPlan = { strategy: "put" } | { strategy: "multipart"; partSize: number; partCount: number };

/**
 * Plans an upload: one PUT for at most `singlePutMaxBytes`, and otherwise a multipart upload within the limits of S3. All sizes are in
 * bytes. Throws RangeError if an S3 object cannot have this size.
 */
export function planUpload(options: { sizeBytes: number; singlePutMaxBytes: number }): UploadPlan {
  const { sizeBytes, singlePutMaxBytes } = options;
  if (!Number.isInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > MAX_OBJECT_BYTES) {
    throw new RangeError(`No object has ${sizeBytes} bytes. The range is 0 to ${MAX_OBJECT_BYTES}.`);
  }
  if (sizeBytes <= singlePutMaxBytes) return { strategy: "put" };
  // A part size in whole MiB is easy to read.
  const partSize = Math.max(USUAL_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB);
  return { strategy: "multipart", partSize, partCount: countParts({ sizeBytes, partSize }) };
}

/** Returns the part size that Uppy's AwsS3 plugin uses for a file by default, in bytes. Source: S3Uploader.ts of @uppy/aws-s3 6.3. */
export function partSizeOfUppy(sizeBytes: number): number {
  return Math.max(MIN_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS));
}

export function countParts({ sizeBytes, partSize }: Parts): number {
  return Math.max(1, Math.ceil(sizeBytes / partSize));
}

/** Returns the length of a part in bytes. Part numbers start at 1. */
export function lengthOfPart(parts: Parts, partNumber: number): number {
  const { sizeBytes, partSize } = parts;
  return partNumber < countParts(parts) ? partSize : sizeBytes - partSize * (countParts(parts) - 1);
}
