import { encodeKey } from "@valetkey/presign";
import { type BucketClient, failedWith, unavailable, unless } from "./client.ts";
import { MAX_PARTS } from "./part-plan.ts";
import type { Bucket, MultipartPlace, StoredPart } from "./port.ts";
import { documentOf, element, elementsOf, textOf } from "./xml.ts";

type BrowserMultipart = Pick<Bucket, "createMultipart" | "listParts" | "completeMultipart" | "abortMultipart">;

/** Manages multipart uploads whose parts a browser sends to presigned URLs. */
export function createBrowserMultipart(client: BucketClient): BrowserMultipart {
  return {
    createMultipart: ({ objectKey, contentType }) =>
      // With a checksum algorithm, the browser would have to compute a checksum for every part.
      beginParts(client, { objectKey, contentType }),
    listParts: (place) => listParts(client, place),
    completeMultipart: (options) => complete(client, options),
    abortMultipart: (place) => abortParts(client, place),
  };
}

async function listParts(client: BucketClient, place: MultipartPlace): Promise<StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  let marker: string | undefined;
  do {
    const page = await listPartPage(client, { place, marker });
    if (page === undefined) return undefined;
    for (const part of elementsOf(page, "Part")) {
      const partNumber = Number(textOf(part, "PartNumber"));
      parts.push({ partNumber, etag: textOf(part, "ETag") ?? "", sizeBytes: Number(textOf(part, "Size")) });
    }
    marker = textOf(page, "IsTruncated") === "true" ? textOf(page, "NextPartNumberMarker") : undefined;
  } while (marker !== undefined);
  return parts;
}

async function listPartPage(
  { send, call }: BucketClient,
  { place, marker }: { place: MultipartPlace; marker: string | undefined },
): Promise<string | undefined> {
  const query = { uploadId: place.bucketUploadId, "part-number-marker": marker };
  const request = { method: "GET", objectKey: place.objectKey, query } as const;
  // If the upload is missing, Ceph returns the error code of a missing object.
  const page = await call("ListParts", (options) => send(request, options).catch(unless("NoSuchUpload", "NoSuchKey")));
  return page?.body.toString();
}

function complete(
  client: BucketClient,
  { objectKey, bucketUploadId, parts }: Parameters<Bucket["completeMultipart"]>[0],
): ReturnType<Bucket["completeMultipart"]> {
  return client.call(
    "CompleteMultipartUpload",
    async (options) => {
      try {
        await ifAbsent((condition) => sendParts(client, { objectKey, bucketUploadId, parts, condition }, options));
        return "done";
      } catch (error) {
        // Another attempt has completed or aborted the upload. The caller must check the object in the bucket.
        if (failedWith(error, "NoSuchUpload")) return "done";
        if (failedWith(error, "InvalidPart", "InvalidPartOrder", "EntityTooSmall")) return "parts_changed";
        throw error;
      }
    },
    { extraMs: COMPLETE_EXTRA_MS },
  );
}

/** `checksum`: the SHA-256 of the part in base64, if the bucket verifies the checksums of the upload. */
export type SentPart = { partNumber: number; etag: string; checksum?: string };

type Completion = MultipartPlace & { parts: readonly SentPart[]; condition: Condition };

/** Sends CompleteMultipartUpload, and returns the XML document of the response. */
export async function sendParts(
  { send }: BucketClient,
  { objectKey, bucketUploadId, parts, condition }: Completion,
  options: { abortSignal: AbortSignal },
): Promise<string> {
  const listed = parts.map(({ partNumber, etag, checksum }) => {
    const sha256 = checksum === undefined ? "" : element("ChecksumSHA256", checksum);
    return `<Part>${element("ETag", etag)}${sha256}${element("PartNumber", partNumber)}</Part>`;
  });
  const body = documentOf("CompleteMultipartUpload", listed.join(""));
  const headers = { "content-type": "application/xml", ...condition };
  const query = { uploadId: bucketUploadId };
  return (await send({ method: "POST", objectKey, query, headers, body }, options)).body.toString();
}

type Copy = Parameters<Bucket["copy"]>[0];

const MIB = 2 ** 20;
/**
 * The size of the largest object that is copied in one call. S3 permits 5 GiB, but some servers send no byte during a long copy, so the
 * call times out.
 */
const WHOLE_COPY_MAX_BYTES = 256 * MIB;
const COPY_PART_BYTES = 256 * MIB;
const COPIED_AT_ONCE = 4;
/** The extra time for each call of a copy. The time is enough for 256 MiB at 4 MiB a second, which is slow for a copy inside the server. */
const COPY_EXTRA_MS = 64_000;

/**
 * Copies an object in the bucket. Returns "changed" if the object was replaced or deleted before the copy was complete. Only a copy in one
 * call has the ETag condition: Ceph ignores the condition for parts, and Swift cannot compare the ETag of a multipart object. An object
 * that is larger than `wholeMaxBytes` is copied in several parts.
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
  // The range of bytes is invalid if a shorter object has replaced the source.
  throw isGone || failedWith(error, "PreconditionFailed", 412, "InvalidRange", 416) ? CHANGED : error;
}

async function copyWhole(client: BucketClient, copy: Copy): Promise<void> {
  const { send, call } = client;
  const headers = {
    "x-amz-copy-source": sourceOf(client, copy),
    "x-amz-copy-source-if-match": copy.etag,
    ...(copy.dropsHeaders === true
      ? { "x-amz-metadata-directive": "REPLACE", "content-type": copy.contentType }
      : undefined),
  };
  const request = { method: "PUT", objectKey: copy.to, headers } as const;
  await call("CopyObject", (options) => send(request, options).catch(orChanged), { extraMs: COPY_EXTRA_MS });
}

async function copyMultipart(
  client: BucketClient,
  { copy, partBytes }: { copy: Copy; partBytes: number },
): Promise<void> {
  const objectKey = copy.to;
  const bucketUploadId = await beginParts(client, { objectKey, contentType: copy.contentType });
  const place = { objectKey, bucketUploadId };
  try {
    const partCount = Math.ceil(copy.sizeBytes / partBytes);
    const parts: SentPart[] = [];
    let next = 0;
    const copySome = async () => {
      for (let index = next++; index < partCount; index = next++) {
        parts[index] = await copyPart(client, { copy, partBytes, index, bucketUploadId });
      }
    };
    await Promise.all(Array.from({ length: COPIED_AT_ONCE }, copySome));
    const completion = { ...place, parts, condition: {} };
    const extraMs = COMPLETE_EXTRA_MS;
    await client.call("CompleteMultipartUpload", (options) => sendParts(client, completion, options), { extraMs });
  } catch (error) {
    // If the abort fails, the parts remain in the bucket for now. The queued deletion of the key will delete these parts.
    await abortParts(client, place).catch(() => undefined);
    throw error;
  }
}

async function copyPart(
  client: BucketClient,
  { copy, partBytes, index, bucketUploadId }: { copy: Copy; partBytes: number; index: number; bucketUploadId: string },
): Promise<SentPart> {
  const { send, call } = client;
  const partNumber = index + 1;
  const first = index * partBytes;
  const last = Math.min(first + partBytes, copy.sizeBytes) - 1;
  const headers = {
    "x-amz-copy-source": sourceOf(client, copy),
    "x-amz-copy-source-range": `bytes=${first}-${last}`,
  };
  const request = {
    method: "PUT",
    objectKey: copy.to,
    query: { partNumber, uploadId: bucketUploadId },
    headers,
  } as const;
  const extraMs = COPY_EXTRA_MS;
  const { body } = await call("UploadPartCopy", (options) => send(request, options).catch(orChanged), { extraMs });
  return { partNumber, etag: textOf(body.toString(), "ETag") ?? "" };
}

/** The errors of servers that cannot list unfinished uploads. The service cannot find unfinished uploads on such a server. */
const NO_LIST = ["NotImplemented", "MethodNotAllowed", 405, 501];

/** Returns a function that aborts the unfinished multipart uploads of the given keys. A killed process can leave such uploads behind. */
export function createDiscardParts(client: BucketClient, { keyPrefix }: { keyPrefix: string }): Bucket["discardParts"] {
  return async (objectKeys) => {
    const wanted = new Set(objectKeys);
    for await (const page of unfinishedPages(client, keyPrefix)) {
      for (const place of page) if (wanted.has(place.objectKey)) await abortParts(client, place);
    }
  };
}

/** Begins a multipart upload, and returns its id. With `hasChecksums`, the parts have checksums, unless the server refuses them. */
export async function beginParts(
  { send, call, optionalChecksums }: BucketClient,
  { objectKey, contentType, hasChecksums = false }: { objectKey: string; contentType: string; hasChecksums?: boolean },
): Promise<string> {
  const begin = (withChecksums: boolean, options: { abortSignal: AbortSignal }) => {
    const headers = {
      "content-type": contentType,
      "x-amz-checksum-algorithm": withChecksums ? "SHA256" : undefined,
    };
    return send({ method: "POST", objectKey, query: { uploads: "" }, headers }, options);
  };
  const { body } = await call("CreateMultipartUpload", (options) =>
    hasChecksums ? optionalChecksums((withChecksums) => begin(withChecksums, options)) : begin(false, options),
  );
  const bucketUploadId = textOf(body.toString(), "UploadId");
  if (bucketUploadId === undefined) throw unavailable("CreateMultipartUpload returned no upload id");
  return bucketUploadId;
}

/** Aborts one multipart upload in the bucket. Does not fail if the upload does not exist any more. */
export async function abortParts(
  { send, call }: BucketClient,
  { objectKey, bucketUploadId }: MultipartPlace,
): Promise<void> {
  const request = { method: "DELETE", objectKey, query: { uploadId: bucketUploadId } } as const;
  await call("AbortMultipartUpload", (options) => send(request, options).catch(unless("NoSuchUpload")));
}

/** `begun`: the date of the start, as in the XML document of the bucket. */
type ListedUpload = MultipartPlace & { begun: string | undefined };

/** Lists unfinished multipart uploads, one page of the server at a time. Yields nothing if the server cannot list such uploads. */
export async function* unfinishedPages(client: BucketClient, prefix: string): AsyncGenerator<ListedUpload[]> {
  let page = await listUploads(client, { prefix, after: "" });
  while (page !== undefined) {
    yield elementsOf(page, "Upload").flatMap((upload) => {
      const [objectKey, bucketUploadId] = [textOf(upload, "Key"), textOf(upload, "UploadId")];
      if (objectKey === undefined || bucketUploadId === undefined) return [];
      return [{ objectKey, bucketUploadId, begun: textOf(upload, "Initiated") }];
    });
    page = textOf(page, "IsTruncated") === "true" ? await listUploads(client, { prefix, after: page }) : undefined;
  }
}

/** `after`: the XML document of the previous page, or empty. */
async function listUploads(
  { send, call }: BucketClient,
  { prefix, after }: { prefix: string; after: string },
): Promise<string | undefined> {
  const query = {
    uploads: "",
    prefix: prefix || undefined,
    "key-marker": textOf(after, "NextKeyMarker"),
    "upload-id-marker": textOf(after, "NextUploadIdMarker"),
  };
  const page = await call("ListMultipartUploads", (options) =>
    send({ method: "GET", query }, options).catch(unless(...NO_LIST)),
  );
  return page?.body.toString();
}

type Condition = { "if-none-match"?: string };

/**
 * Sends a write with `If-None-Match`. If the server does not support the condition, sends the write without the condition, which is safe
 * because keys are unique.
 */
export async function ifAbsent<T>(send: (condition: Condition) => Promise<T>): Promise<T | "occupied"> {
  try {
    return await send({ "if-none-match": "*" });
  } catch (error) {
    if (failedWith(error, "NotImplemented", 501)) return send({});
    if (failedWith(error, "PreconditionFailed", 412)) return "occupied";
    throw error;
  }
}

/** The extra time for the completion of an upload. S3 can take minutes to complete a large object. */
export const COMPLETE_EXTRA_MS = 120_000;
