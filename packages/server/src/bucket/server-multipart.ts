import { hash } from "node:crypto";
import { type CompletedPart, CompleteMultipartUploadCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { failedWith } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";
import { ifAbsent, type Outcome, transferMs } from "./put-object.ts";
import type { Part } from "./split-into-parts.ts";
import { abortParts, beginParts } from "./unfinished-multipart.ts";

/** A pending multipart upload whose parts this server sends. */
export type Multipart = {
  /** Sends the next part, and releases its buffer when the part is stored. Resolves when the previous part is stored. */
  add(part: Part): Promise<void>;
  /** Completes the upload. */
  complete(): Promise<Outcome>;
  /** Aborts the upload after the last part was sent. */
  abort(): Promise<void>;
};

/** S3 can take minutes to complete a large object. Milliseconds. */
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
      // Runs after a failure too, because the form may already wait for its next buffer.
      held?.discard();
    }
  }

  return {
    async add(part) {
      await sending;
      sending = send(part, parts.length + 1);
      // The next `await` reports a failure. This handler prevents an unhandled rejection until then.
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

/** If the first attempt completed the upload but its response was lost, a retry finds no upload. */
function treatGoneAsCompleted(error: unknown): "occupied" {
  if (failedWith(error, "NoSuchUpload")) return "occupied";
  throw error;
}

/** The bucket verifies each part. For the whole object, the bucket confirms the checksum of the checksums. */
function outcomeOf(checksum: string | undefined, parts: readonly CompletedPart[]): Outcome {
  if (checksum === undefined) return "unconfirmed";
  const digests = parts.map(({ ChecksumSHA256 = "" }) => Buffer.from(ChecksumSHA256, "base64"));
  const expected = hash("sha256", Buffer.concat(digests), "base64");
  return checksum.replace(/-\d+$/, "") === expected ? "confirmed" : "unconfirmed";
}
