import { PutObjectCommand } from "@aws-sdk/client-s3";
import { failedWith } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";

type PutOptions = { objectKey: string; contentType: string; bytes: Buffer; checksum: string };

/** The minimum speed of a transfer: 128 KiB a second. The service aborts a slower transfer. */
const SLOWEST_BYTES_PER_MS = 131.072;

/** Returns the time limit for the transfer of the bytes. Milliseconds. */
export function transferMs(bytes: Buffer): number {
  return Math.ceil(bytes.length / SLOWEST_BYTES_PER_MS);
}

/**
 * The outcome of a write. `confirmed`: the bucket returned the checksum of these bytes. `unconfirmed`: the bucket did not return this
 * checksum. `occupied`: the key already has an object, perhaps from a first attempt whose response was lost.
 */
export type Outcome = "confirmed" | "unconfirmed" | "occupied";

/** Stores a small object in one call. */
export async function putObject(client: BucketClient, options: PutOptions): Promise<Outcome> {
  const { s3, bucket, call, optionalChecksums } = client;
  const { objectKey, contentType, bytes, checksum } = options;
  const plain = { Bucket: bucket, Key: objectKey, ContentType: contentType, Body: bytes };
  const checked = { ...plain, ChecksumSHA256: checksum };
  const stored = await call(
    "PutObject",
    (sending) =>
      optionalChecksums((withChecksums) => {
        const input = withChecksums ? checked : plain;
        return ifAbsent((condition) => s3.send(new PutObjectCommand({ ...input, ...condition }), sending));
      }),
    { extraMs: transferMs(bytes) },
  );
  if (stored === "occupied") return stored;
  return stored.ChecksumSHA256 === checksum ? "confirmed" : "unconfirmed";
}

/**
 * Sends a write that must not replace an object, with the condition if-none-match. If the server does not support the condition, sends the
 * write without it. This is safe, because keys are unique.
 */
export async function ifAbsent<T>(send: (condition: { IfNoneMatch?: string }) => Promise<T>): Promise<T | "occupied"> {
  try {
    return await send({ IfNoneMatch: "*" });
  } catch (error) {
    if (failedWith(error, "NotImplemented", 501)) return send({});
    if (failedWith(error, "PreconditionFailed", 412)) return "occupied";
    throw error;
  }
}
