const MIB = 2 ** 20;
/** The largest object. Source: Amazon S3, "Multipart upload limits". */
export const MAX_OBJECT_BYTES = 5 * 2 ** 40;
/** Source: Amazon S3, "Multipart upload limits". */
export const MAX_PARTS = 10_000;
/** What is lost when a connection breaks is a part at most; S3 takes none below 5 MiB but the last. */
const USUAL_PART_BYTES = 8 * MIB;
/** Source: Amazon S3, "Multipart upload limits". */
const MIN_PART_BYTES = 5 * MIB;

/** A file cut into parts; all are `partSize` long but the last, which is what remains. Bytes. */
export type Parts = { sizeBytes: number; partSize: number };

export type UploadPlan =
  | { strategy: "put" }
  | {
      strategy: "multipart";
      /** Bytes. */
      partSize: number;
      partCount: number;
    };

/**
 * How a file gets to the bucket: with one PUT up to `singlePutMaxBytes`, else in parts that keep to S3's limits.
 * Bytes; throws RangeError for a size that no object can have.
 */
export function planUpload(options: { sizeBytes: number; singlePutMaxBytes: number }): UploadPlan {
  const { sizeBytes, singlePutMaxBytes } = options;
  if (!Number.isInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > MAX_OBJECT_BYTES) {
    throw new RangeError(`No object has ${sizeBytes} bytes; 0 to ${MAX_OBJECT_BYTES} are possible`);
  }
  if (sizeBytes <= singlePutMaxBytes) return { strategy: "put" };
  // Whole MiB: a client can show them, and disks and buffers like them.
  const partSize = Math.max(USUAL_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB);
  return { strategy: "multipart", partSize, partCount: countParts({ sizeBytes, partSize }) };
}

/**
 * How long the parts are that Uppy's AwsS3 plugin cuts a file into by itself, all but the last. Bytes.
 * Source: S3Uploader.ts of @uppy/aws-s3 6.3.
 */
export function partSizeOfUppy(sizeBytes: number): number {
  return Math.max(MIN_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS));
}

export function countParts({ sizeBytes, partSize }: Parts): number {
  return Math.max(1, Math.ceil(sizeBytes / partSize));
}

/** The length of one part, counted from 1. Bytes. */
export function lengthOfPart(parts: Parts, partNumber: number): number {
  const { sizeBytes, partSize } = parts;
  return partNumber < countParts(parts) ? partSize : sizeBytes - partSize * (countParts(parts) - 1);
}
