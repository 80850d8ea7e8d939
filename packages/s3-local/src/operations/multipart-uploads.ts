import { createHash } from "node:crypto";
import { createChecksumStream, isChecksumAlgorithm, isCombinable } from "../body/checksums.ts";
import { MAX_BODY_BYTES, tooLarge, writeBody } from "../body/receive-body.ts";
import { readDeclaredChecksum } from "../body/verify-checksums.ts";
import { invalidArgument, invalidRequest, S3Error } from "../errors.ts";
import { readObjectHeaders, refuseUnsignedHeaders } from "../http/object-headers.ts";
import type { S3Request } from "../http/request.ts";
import { type S3Response, writeXml } from "../http/response.ts";
import { pinRange, readContent } from "../http/send-content.ts";
import type { Checksum, ObjectRecord } from "../store/database.ts";
import { preconditionFailed } from "../store/objects.ts";
import { commitBody, type Store } from "../store/store.ts";
import type { UploadRecord } from "../store/uploads.ts";
import {
  type Context,
  checkStorage,
  checksumElements,
  checksumHeaders,
  isNotModified,
  readPartNumber,
  uploadOf,
} from "./operation.ts";
import type { ByteRange } from "./read-objects.ts";
import { readSource } from "./write-objects.ts";

export async function createUpload(request: S3Request, { store, now }: Context): Promise<S3Response> {
  const { bucket, key } = request;
  checkStorage(request);
  refuseUnsignedHeaders(request);
  const checksum = readUploadChecksum(request);
  const described = readObjectHeaders(request);
  const upload = await store.write(() => {
    store.buckets.get(bucket);
    return store.uploads.create(bucket, { key, initiated: now(), ...described, ...checksum });
  });
  const { checksumAlgorithm, checksumType } = upload;
  const headers = {
    ...(checksumAlgorithm !== undefined && { "x-amz-checksum-algorithm": checksumAlgorithm }),
    ...(checksumType !== undefined && { "x-amz-checksum-type": checksumType }),
  };
  const xml = writeXml("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: upload.uploadId });
  return { status: 200, headers, xml };
}

/** UploadPart: stores a part. An earlier part with the same number exists until the new part is complete and durable. */
export async function uploadPart(request: S3Request, { store, bodies, now }: Context): Promise<S3Response> {
  const { bucket } = request;
  const partNumber = readPartNumber(request.parameters.get("partNumber"));
  const named = uploadOf(request);
  store.buckets.get(bucket);
  checkPartChecksum(request, store.uploads.get(bucket, named));
  const staged = await writeBody({ store, bodies }, request);
  const etag = `"${staged.md5.toString("hex")}"`;
  await commitBody(store, staged, () => {
    // While the bytes arrived, another request may have completed or aborted the upload.
    const { uploadId } = store.uploads.get(bucket, named);
    const { sizeBytes, checksums } = staged;
    const contentId = store.contents.add(staged);
    store.uploads.putPart(uploadId, { partNumber, contentId, sizeBytes, etag, lastModified: now(), checksums });
  });
  return { status: 200, headers: { ETag: etag, ...checksumHeaders(staged.checksums) } };
}

/** AbortMultipartUpload: deletes the upload and its parts before the response. */
export async function abortUpload(request: S3Request, { store, bodies }: Context): Promise<S3Response> {
  const { bucket } = request;
  const named = uploadOf(request);
  await store.free(() => {
    store.buckets.get(bucket);
    store.uploads.remove(bucket, store.uploads.get(bucket, named));
  });
  bodies.refuseParts(named.uploadId);
  return { status: 204 };
}

/**
 * Reads the algorithm and the type of an upload's checksum. CRC-64/NVME always covers the full object. SHA-1 and SHA-256 are always
 * composite. Source: Amazon S3, "Checking object integrity".
 */
function readUploadChecksum(request: S3Request): Pick<UploadRecord, "checksumAlgorithm" | "checksumType"> {
  const algorithm = request.field("x-amz-checksum-algorithm");
  const requested = request.field("x-amz-checksum-type");
  if (algorithm === undefined) {
    if (requested === undefined) return {};
    throw invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  }
  if (!isChecksumAlgorithm(algorithm)) throw invalidRequest("Checksum algorithm provided is unsupported.");
  const type = requested ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  const isPossible =
    type === "COMPOSITE" ? algorithm !== "CRC64NVME" : type === "FULL_OBJECT" && isCombinable(algorithm);
  if (isPossible) return { checksumAlgorithm: algorithm, checksumType: type as Checksum["type"] };
  throw invalidRequest(
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

/** Throws InvalidRequest if a part lacks the declared checksum, which the bucket needs for the checksum of the object. */
function checkPartChecksum(request: S3Request, { checksumAlgorithm }: UploadRecord): void {
  if (checksumAlgorithm === undefined) return;
  const actual = readDeclaredChecksum(request.field)?.algorithm;
  if (actual === checksumAlgorithm) return;
  const expected = checksumAlgorithm.toLowerCase();
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual?.toLowerCase() ?? "null"}`,
  );
}

/** UploadPartCopy: stores a part with bytes of another object. Reads the bytes for the hash, but does not copy the bytes. */
export async function uploadPartCopy(request: S3Request, { store, now }: Context): Promise<S3Response> {
  const { bucket } = request;
  const partNumber = readPartNumber(request.parameters.get("partNumber"));
  const named = uploadOf(request);
  const source = readSource(request.field("x-amz-copy-source") ?? "");
  store.buckets.get(bucket);
  store.buckets.get(source.bucket);
  const upload = store.uploads.get(bucket, named);
  const object = store.objects.get(source.bucket, source.key);
  if (isNotModified(request, object, "x-amz-copy-source-")) throw preconditionFailed("x-amz-copy-source-If-None-Match");
  const range = readCopyRange(request.field("x-amz-copy-source-range"), object.sizeBytes);
  const sizeBytes = range.to - range.from;
  if (sizeBytes > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES);
  const { etag, checksums } = await hashRange(store, { object, range, upload });
  const lastModified = now();
  await store.write(() => {
    // While the bytes were hashed, another request may have replaced the source object.
    if (store.objects.find(source.bucket, source.key)?.contentId !== object.contentId) {
      throw new S3Error("OperationAborted", "The source changed during the copy. Please try again.");
    }
    const { uploadId } = store.uploads.get(bucket, named);
    const contentId = store.contents.duplicate(object.contentId, range);
    store.uploads.putPart(uploadId, { partNumber, contentId, sizeBytes, etag, lastModified, checksums });
  });
  return {
    status: 200,
    xml: writeXml("CopyPartResult", {
      LastModified: new Date(lastModified).toISOString(),
      ETag: etag,
      ...checksumElements(checksums),
    }),
  };
}

/** Reads the source range. Unlike the range of a Range header, it must be inside the object. Source: Amazon S3, "UploadPartCopy". */
function readCopyRange(header: string | undefined, sizeBytes: number): ByteRange {
  if (header === undefined) return { from: 0, to: sizeBytes };
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  const [from, to] = [Number(match?.[1]), Number(match?.[2]) + 1];
  if (match !== null && from < to && to <= sizeBytes) return { from, to };
  throw invalidArgument(`Range specified is not valid for source object of size: ${sizeBytes}`, {
    ArgumentName: "x-amz-copy-source-range",
    ArgumentValue: header,
  });
}

type Hashed = { object: ObjectRecord; range: ByteRange; upload: UploadRecord };

async function hashRange(store: Store, { object, range, upload: { checksumAlgorithm: algorithm } }: Hashed) {
  const md5 = createHash("md5");
  const checksum = algorithm && createChecksumStream(algorithm);
  const content = pinRange(store, object.contentId, range);
  try {
    for await (const block of readContent(content)) {
      md5.update(block);
      checksum?.update(block);
    }
  } finally {
    content.unpin();
  }
  const checksums: Checksum[] =
    algorithm && checksum ? [{ algorithm, value: checksum.digest().toString("base64"), type: "FULL_OBJECT" }] : [];
  return { etag: `"${md5.digest("hex")}"`, checksums };
}
