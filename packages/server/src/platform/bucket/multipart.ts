import type {
  CreateMultipartUploadCommandInput,
  ListMultipartUploadsCommandOutput,
  ListPartsCommandOutput,
  MultipartUpload,
} from "@aws-sdk/client-s3";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { encodeKey } from "@valetkey/presign";
import type { BucketClient } from "./client.ts";
import { failedWith, unavailable, unless } from "./client.ts";
import { MAX_PARTS } from "./part-plan.ts";
import type { Bucket, MultipartPlace, StoredPart } from "./port.ts";

type BrowserMultipart = Pick<Bucket, "createMultipart" | "listParts" | "completeMultipart" | "abortMultipart">;

/** Handles the multipart uploads of the bucket. The browser sends the parts to presigned URLs. */
export function createBrowserMultipart(client: BucketClient): BrowserMultipart {
  return {
    createMultipart: ({ objectKey, contentType }) =>
      // The upload sets no checksum algorithm. With a checksum algorithm, the browser would have to compute a checksum for every part.
      beginParts(client, { Bucket: client.bucket, Key: objectKey, ContentType: contentType }),
    listParts: (place) => listParts(client, place),
    completeMultipart: (options) => complete(client, options),
    abortMultipart: ({ objectKey, bucketUploadId }) => abortParts(client, { Key: objectKey, UploadId: bucketUploadId }),
  };
}

async function listParts(client: BucketClient, place: MultipartPlace): Promise<StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  let marker: string | undefined;
  do {
    const page = await listPartPage(client, { place, marker });
    if (page === undefined) return undefined;
    for (const { PartNumber = 0, ETag = "", Size = 0 } of page.Parts ?? []) {
      parts.push({ partNumber: PartNumber, etag: ETag, sizeBytes: Size });
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return parts;
}

function listPartPage(
  { s3, bucket, call }: BucketClient,
  { place, marker }: { place: MultipartPlace; marker: string | undefined },
): Promise<ListPartsCommandOutput | undefined> {
  const list = new ListPartsCommand({
    Bucket: bucket,
    Key: place.objectKey,
    UploadId: place.bucketUploadId,
    ...(marker === undefined ? {} : { PartNumberMarker: marker }),
  });
  // For a missing upload, Ceph returns the error of a missing object.
  return call("ListParts", (options) => s3.send(list, options).catch(unless("NoSuchUpload", "NoSuchKey")));
}

function complete(
  { s3, bucket, call }: BucketClient,
  { objectKey, bucketUploadId, parts }: Parameters<Bucket["completeMultipart"]>[0],
): ReturnType<Bucket["completeMultipart"]> {
  const upload = {
    Bucket: bucket,
    Key: objectKey,
    UploadId: bucketUploadId,
    MultipartUpload: { Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })) },
  };
  return call(
    "CompleteMultipartUpload",
    async (options) => {
      try {
        const send = (condition: object) =>
          s3.send(new CompleteMultipartUploadCommand({ ...upload, ...condition }), options);
        await ifAbsent(send);
        return "done";
      } catch (error) {
        // Another attempt has completed or aborted the upload. The caller must check whether the upload was completed or aborted.
        if (failedWith(error, "NoSuchUpload")) return "done";
        if (failedWith(error, "InvalidPart", "InvalidPartOrder", "EntityTooSmall")) return "parts_changed";
        throw error;
      }
    },
    { extraMs: COMPLETE_EXTRA_MS },
  );
}

type Copy = Parameters<Bucket["copy"]>[0];

const MIB = 2 ** 20;
/**
 * The size of the largest object that the adapter copies in one call. S3 can copy up to 5 GiB in one call. A long copy would time out,
 * because some servers send no byte during a copy.
 */
const WHOLE_COPY_MAX_BYTES = 256 * MIB;
const COPY_PART_BYTES = 256 * MIB;
const COPIED_AT_ONCE = 4;
/**
 * The extra time for each call of a copy. The extra time is enough for 256 MiB at 4 MiB a second, which is slow for a copy inside the
 * server.
 */
const COPY_EXTRA_MS = 64_000;

/**
 * Copies an object in the bucket. Returns "changed" if the object was replaced or deleted before the copy was complete.
 * Only a copy in one call uses the ETag condition. Ceph ignores the ETag condition for parts. Swift can't compare the ETag of multipart
 * objects. An object that is larger than `wholeMaxBytes` needs a multipart copy.
 */
export function createCopy(
  client: BucketClient,
  { wholeMaxBytes = WHOLE_COPY_MAX_BYTES, partBytes = COPY_PART_BYTES } = {},
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
    await Promise.all(Array.from({ length: COPIED_AT_ONCE }, copySome));
    const Parts = etags.map((ETag, index) => ({ PartNumber: index + 1, ETag }));
    const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
    await call("CompleteMultipartUpload", (options) => s3.send(complete, options), { extraMs: COMPLETE_EXTRA_MS });
  } catch (error) {
    // If the abort fails, the parts remain in the bucket for now. The queued deletion of the key will delete the parts.
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

/**
 * Servers that cannot list unfinished uploads respond with an error of `NO_LIST`. On a server without the list, the service cannot find
 * unfinished uploads.
 */
const NO_LIST = ["NotImplemented", "MethodNotAllowed", 405, 501];

/**
 * Returns a function that aborts the unfinished multipart uploads of the given keys. A killed process may leave unfinished multipart
 * uploads behind.
 */
export function createDiscardParts(client: BucketClient, { keyPrefix }: { keyPrefix: string }): Bucket["discardParts"] {
  return async (objectKeys) => {
    const wanted = new Set(objectKeys);
    for await (const page of unfinishedPages(client, keyPrefix)) {
      for (const { Key, UploadId } of page) {
        if (Key === undefined || UploadId === undefined || !wanted.has(Key)) continue;
        await abortParts(client, { Key, UploadId });
      }
    }
  };
}

/**
 * Begins a multipart upload in the bucket. The function `beginParts` returns the id of the upload. If the server refuses the checksum
 * algorithm, the function `beginParts` begins the upload without the algorithm.
 */
export async function beginParts(
  { s3, call, optionalChecksums }: BucketClient,
  { ChecksumAlgorithm, ...plain }: CreateMultipartUploadCommandInput,
): Promise<string> {
  const send = (input: CreateMultipartUploadCommandInput, options: { abortSignal: AbortSignal }) =>
    s3.send(new CreateMultipartUploadCommand(input), options);
  const { UploadId } = await call("CreateMultipartUpload", (options) =>
    ChecksumAlgorithm === undefined
      ? send(plain, options)
      : optionalChecksums((withChecksums) => send(withChecksums ? { ...plain, ChecksumAlgorithm } : plain, options)),
  );
  if (UploadId === undefined) throw unavailable("CreateMultipartUpload returned no upload id");
  return UploadId;
}

/** Aborts one multipart upload in the bucket. The function `abortParts` does not fail if the upload does not exist any more. */
export async function abortParts(
  { s3, bucket, call }: BucketClient,
  { Key, UploadId }: { Key: string; UploadId: string },
): Promise<void> {
  const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId });
  await call("AbortMultipartUpload", (options) => s3.send(abort, options).catch(unless("NoSuchUpload")));
}

type UploadPage = ListMultipartUploadsCommandOutput;

type Markers = Pick<UploadPage, "NextKeyMarker" | "NextUploadIdMarker">;

/**
 * Lists unfinished multipart uploads, one page of the server at a time. The function `unfinishedPages` yields nothing if the server cannot
 * list uploads.
 */
export async function* unfinishedPages(client: BucketClient, prefix: string): AsyncGenerator<MultipartUpload[]> {
  let page: UploadPage | undefined = await listUploads(client, { prefix, after: {} });
  while (page !== undefined) {
    yield page.Uploads ?? [];
    page = page.IsTruncated === true ? await listUploads(client, { prefix, after: page }) : undefined;
  }
}

function listUploads(
  { s3, bucket, call }: BucketClient,
  { prefix, after }: { prefix: string; after: Markers },
): Promise<UploadPage | undefined> {
  const list = new ListMultipartUploadsCommand({
    Bucket: bucket,
    ...(prefix === "" ? {} : { Prefix: prefix }),
    ...(after.NextKeyMarker === undefined ? {} : { KeyMarker: after.NextKeyMarker }),
    ...(after.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: after.NextUploadIdMarker }),
  });
  return call("ListMultipartUploads", (options) => s3.send(list, options).catch(unless(...NO_LIST)));
}

/**
 * Sends a write that must not replace an object, with the condition if-none-match. If the server does not support the condition, the
 * function `ifAbsent` sends the write without the condition, which is safe because keys are unique.
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

/** The extra time to complete an upload, because S3 can take minutes for a large object. */
export const COMPLETE_EXTRA_MS = 120_000;
