import { CompleteMultipartUploadCommand, CopyObjectCommand, UploadPartCopyCommand } from "@aws-sdk/client-s3";
import { encodeKey } from "@valetkey/presign";
import { failedWith } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";
import { MAX_PARTS } from "./part-plan.ts";
import type { Bucket } from "./port.ts";
import { COMPLETE_EXTRA_MS } from "./server-multipart.ts";
import { abortParts, beginParts } from "./unfinished-multipart.ts";

type Copy = Parameters<Bucket["copy"]>[0];

const MIB = 2 ** 20;
/**
 * The largest object that is copied in one call. S3 can copy up to 5 GiB in one call. But some servers send no byte during a copy, and a
 * long copy would then time out.
 */
const WHOLE_MAX_BYTES = 256 * MIB;
const PART_BYTES = 256 * MIB;
const PARTS_AT_ONCE = 4;
/**
 * The extra time for each call of a copy. This time is enough for 256 MiB at 4 MiB a second, which is slow for a copy inside the server.
 * Milliseconds.
 */
const COPY_EXTRA_MS = 64_000;

/**
 * Copies an object. Returns "changed" if the object was replaced or deleted before the copy was complete.
 * Only a copy in one call uses the ETag condition. Ceph ignores the condition for parts. Swift can't compare the ETag of multipart objects.
 * Objects that are larger than `wholeMaxBytes` use a multipart copy.
 */
export function createCopy(
  client: BucketClient,
  { wholeMaxBytes = WHOLE_MAX_BYTES, partBytes = PART_BYTES } = {},
): Bucket["copy"] {
  return async (copy) => {
    try {
      if (copy.sizeBytes <= wholeMaxBytes) await copyWhole(client, copy);
      else await copyMultipart(client, { copy, partBytes: Math.max(partBytes, Math.ceil(copy.sizeBytes / MAX_PARTS)) });
      return "done";
    } catch (error) {
      if (error === CHANGED) return "changed";
      throw error;
    }
  };
}

const CHANGED = Symbol("changed");

function sourceOf({ bucket }: BucketClient, { from }: Copy): string {
  return `${bucket}/${encodeKey(from)}`;
}

function orChanged(error: unknown): never {
  const isGone = failedWith(error, "NoSuchKey", "NotFound") && !failedWith(error, "NoSuchBucket");
  // An invalid range means that a shorter object has replaced the source.
  throw isGone || failedWith(error, "PreconditionFailed", 412, "InvalidRange", 416) ? CHANGED : error;
}

async function copyWhole(client: BucketClient, copy: Copy): Promise<void> {
  const { s3, bucket, call } = client;
  const command = new CopyObjectCommand({
    Bucket: bucket,
    Key: copy.to,
    CopySource: sourceOf(client, copy),
    ...(copy.dropsHeaders === true ? { MetadataDirective: "REPLACE", ContentType: copy.contentType } : {}),
    ...(copy.etag === undefined ? {} : { CopySourceIfMatch: copy.etag }),
  });
  await call("CopyObject", (options) => s3.send(command, options).catch(orChanged), { extraMs: COPY_EXTRA_MS });
}

async function copyMultipart(
  client: BucketClient,
  { copy, partBytes }: { copy: Copy; partBytes: number },
): Promise<void> {
  const { s3, bucket, call } = client;
  const place = { Bucket: bucket, Key: copy.to };
  const UploadId = await beginParts(client, { ...place, ContentType: copy.contentType });
  const upload = { ...place, UploadId };
  try {
    const partCount = Math.ceil(copy.sizeBytes / partBytes);
    const etags: (string | undefined)[] = [];
    let next = 0;
    const copySome = async () => {
      for (let index = next++; index < partCount; index = next++) {
        etags[index] = await copyPart(client, { copy, partBytes, index, UploadId });
      }
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, copySome));
    const Parts = etags.map((ETag, index) => ({ PartNumber: index + 1, ETag }));
    const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
    await call("CompleteMultipartUpload", (options) => s3.send(complete, options), { extraMs: COMPLETE_EXTRA_MS });
  } catch (error) {
    // If the abort fails, the parts stay for now. The queued deletion of the key will remove them.
    await abortParts(client, { Key: copy.to, UploadId }).catch(() => undefined);
    throw error;
  }
}

async function copyPart(
  client: BucketClient,
  { copy, partBytes, index, UploadId }: { copy: Copy; partBytes: number; index: number; UploadId: string },
): Promise<string | undefined> {
  const { s3, bucket, call } = client;
  const first = index * partBytes;
  const last = Math.min(first + partBytes, copy.sizeBytes) - 1;
  const command = new UploadPartCopyCommand({
    Bucket: bucket,
    Key: copy.to,
    UploadId,
    PartNumber: index + 1,
    CopySource: sourceOf(client, copy),
    CopySourceRange: `bytes=${first}-${last}`,
  });
  const extraMs = COPY_EXTRA_MS;
  const copied = await call("UploadPartCopy", (options) => s3.send(command, options).catch(orChanged), { extraMs });
  return copied.CopyPartResult?.ETag;
}
