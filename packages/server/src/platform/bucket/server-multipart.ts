import { hash } from "node:crypto";
import { type CompletedPart, CompleteMultipartUploadCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { failedWith } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";
import { ifAbsent, type Outcome, transferMs } from "./put-object.ts";
import type { Part } from "./split-into-parts.ts";
import { abortParts, beginParts } from "./unfinished-multipart.ts";

/** A multipart upload in progress. The service sends the parts to the bucket. */
export type Multipart = {
  /**
   * Starts to send the next part, and releases its buffer when the bucket has stored the part. Resolves when the bucket has stored the
   * previous part.
   */
  add(part: Part): Promise<void>;
  /** Completes the upload. */
  complete(): Promise<Outcome>;
  /** Waits until the current part is sent, and aborts the upload. */
  abort(): Promise<void>;
};

/** The extra time to complete an upload, because S3 can take minutes for a large object. Milliseconds. */
export const COMPLETE_EXTRA_MS = 120_000;

export async function beginMultipart(
  client: BucketClient,
  { objectKey, contentType }: { objectKey: string; contentType: string },
): Promise<Multipart> {
  const { s3, bucket, call, optionalChecksums } = client;
  const place = { Bucket: bucket, Key: objectKey };
  const UploadId = await beginParts(client, { ...place, ContentType: contentType, ChecksumAlgorithm: "SHA256" });
  const upload = { ...place, UploadId };
  const parts: CompletedPart[] = [];
  let sending: Promise<void> = Promise.resolve();

  async function send({ bytes, held }: Part, PartNumber: number): Promise<void> {
    const ChecksumSHA256 = hash("sha256", bytes, "base64");
    const plain = { ...upload, PartNumber, Body: bytes };
    try {
      const part = await call(
        "UploadPart",
        (options) =>
          optionalChecksums(async (withChecksums) => {
            const checksum = withChecksums ? { ChecksumSHA256 } : {};
            const { ETag } = await s3.send(new UploadPartCommand({ ...plain, ...checksum }), options);
            return { PartNumber, ETag, ...checksum };
          }),
        { extraMs: transferMs(bytes) },
      );
      parts.push(part);
      held?.release();
    } finally {
      // Discards the buffer after a failure too, because the form may already wait for its next buffer.
      held?.discard();
    }
  }

  return {
    async add(part) {
      await sending;
      sending = send(part, parts.length + 1);
      // The next `await` of `sending` throws the error. Until then, this handler prevents an unhandled rejection.
      sending.catch(() => undefined);
    },
    async complete() {
      await sending;
      const input = { ...upload, MultipartUpload: { Parts: parts } };
      const complete = (options: { abortSignal: AbortSignal }) =>
        ifAbsent((condition) => s3.send(new CompleteMultipartUploadCommand({ ...input, ...condition }), options));
      const completed = await call(
        "CompleteMultipartUpload",
        (options) => complete(options).catch(treatGoneAsCompleted),
        { extraMs: COMPLETE_EXTRA_MS },
      );
      return completed === "occupied" ? completed : outcomeOf(completed.ChecksumSHA256, parts);
    },
    async abort() {
      await sending.catch(() => undefined);
      await abortParts(client, upload);
    },
  };
}

/** Returns "occupied" if the upload is gone. A first attempt may have completed the upload although its response was lost. */
function treatGoneAsCompleted(error: unknown): "occupied" {
  if (failedWith(error, "NoSuchUpload")) return "occupied";
  throw error;
}

/**
 * Compares the checksum that the bucket returned with the expected one. For a multipart object, it is the checksum of the part checksums.
 * The bucket has verified each part itself.
 */
function outcomeOf(checksum: string | undefined, parts: readonly CompletedPart[]): Outcome {
  if (checksum === undefined) return "unconfirmed";
  const digests = parts.map(({ ChecksumSHA256 = "" }) => Buffer.from(ChecksumSHA256, "base64"));
  const expected = hash("sha256", Buffer.concat(digests), "base64");
  return checksum.replace(/-\d+$/, "") === expected ? "confirmed" : "unconfirmed";
}
