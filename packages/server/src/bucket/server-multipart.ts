import { hash } from "node:crypto";
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { failedWith, unavailable } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";
import { ifAbsent, type Outcome, transferMs } from "./put-object.ts";
import { abortParts } from "./unfinished-multipart.ts";

/** A multipart upload under way. */
export type Multipart = {
  /** Sends the next part; resolves once the one before it is stored, so that two at most are in memory. */
  add(bytes: Buffer): Promise<void>;
  /** Puts the parts together. */
  complete(): Promise<Outcome>;
  /** Throws the parts away, once none is on its way any more. */
  abort(): Promise<void>;
};

type Target = { objectKey: string; contentType: string };

/** S3 may take minutes to put a large object together. Milliseconds. */
export const COMPLETE_EXTRA_MS = 120_000;

export async function beginMultipart(client: BucketClient, { objectKey, contentType }: Target): Promise<Multipart> {
  const { s3, bucket, call } = client;
  const place = { Bucket: bucket, Key: objectKey };
  const begin = new CreateMultipartUploadCommand({ ...place, ContentType: contentType, ChecksumAlgorithm: "SHA256" });
  const { UploadId } = await call("CreateMultipartUpload", (options) => s3.send(begin, options));
  if (UploadId === undefined) throw unavailable("CreateMultipartUpload answered without an upload id");
  const upload = { ...place, UploadId };
  const parts: CompletedPart[] = [];
  let onItsWay: Promise<void> = Promise.resolve();

  async function send(bytes: Buffer, PartNumber: number): Promise<void> {
    const ChecksumSHA256 = hash("sha256", bytes, "base64");
    const command = new UploadPartCommand({ ...upload, PartNumber, Body: bytes, ChecksumSHA256 });
    const { ETag } = await call("UploadPart", (options) => s3.send(command, options), { extraMs: transferMs(bytes) });
    parts.push({ PartNumber, ETag, ChecksumSHA256 });
  }

  return {
    async add(bytes) {
      await onItsWay;
      onItsWay = send(bytes, parts.length + 1);
      // Whoever waits for it next is told; until then it is not unhandled.
      onItsWay.catch(() => undefined);
    },
    async complete() {
      await onItsWay;
      const completed = await call(
        "CompleteMultipartUpload",
        (options) =>
          ifAbsent((condition) =>
            s3.send(
              new CompleteMultipartUploadCommand({ ...upload, ...condition, MultipartUpload: { Parts: parts } }),
              options,
            ),
          ).catch(treatGoneAsCompleted),
        { extraMs: COMPLETE_EXTRA_MS },
      );
      return completed === "occupied" ? completed : outcomeOf(completed.ChecksumSHA256, parts);
    },
    async abort() {
      await onItsWay.catch(() => undefined);
      await abortParts(client, upload);
    },
  };
}

/** A retry finds no upload any more when the first attempt completed it and only the answer was lost. */
function treatGoneAsCompleted(error: unknown): "occupied" {
  if (failedWith(error, "NoSuchUpload")) return "occupied";
  throw error;
}

/** The bucket checked each part; what it confirms of the whole is the checksum of their checksums. */
function outcomeOf(checksum: string | undefined, parts: readonly CompletedPart[]): Outcome {
  if (checksum === undefined) return "unconfirmed";
  const digests = parts.map(({ ChecksumSHA256 = "" }) => Buffer.from(ChecksumSHA256, "base64"));
  const expected = hash("sha256", Buffer.concat(digests), "base64");
  return checksum.replace(/-\d+$/, "") === expected ? "confirmed" : "unconfirmed";
}
