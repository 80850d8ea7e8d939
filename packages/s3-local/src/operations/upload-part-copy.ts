import { createHash } from "node:crypto";
import { base64Digest, createChecksumStream } from "../body/checksum-algorithms.ts";
import { MAX_BODY_BYTES, tooLarge } from "../body/receive-body.ts";
import { invalidArgument, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { pinRange, readContent } from "../http/send-content.ts";
import { writeXml } from "../http/xml.ts";
import { preconditionFailed } from "../store/objects.ts";
import type { Checksum, ObjectRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { UploadRecord } from "../store/uploads.ts";
import { isNotModified } from "./conditions.ts";
import type { Context } from "./context.ts";
import { readSource } from "./copy-object.ts";
import { readPartNumber, uploadOf } from "./multipart-uploads.ts";
import { checksumElements } from "./put-object.ts";
import type { ByteRange } from "./range.ts";

/** UploadPartCopy: stores a part that has bytes of another object. It reads these bytes to hash them, but does not copy them. */
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
    // Another request may have replaced the source while its bytes were hashed.
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

/**
 * Reads the range of the source. The whole range must be inside the object. A Range header does not have this limit. Source: Amazon S3,
 * "UploadPartCopy".
 */
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
    algorithm && checksum ? [{ algorithm, value: await base64Digest(checksum), type: "FULL_OBJECT" }] : [];
  return { etag: `"${md5.digest("hex")}"`, checksums };
}
