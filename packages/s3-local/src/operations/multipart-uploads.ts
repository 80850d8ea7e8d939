import { isChecksumAlgorithm } from "../body/checksum-algorithms.ts";
import { isCombinable } from "../body/combine-crc.ts";
import { readDeclaredChecksum } from "../body/read-declared-checksum.ts";
import { writeBody } from "../body/write-body.ts";
import { invalidArgument, S3Error } from "../errors.ts";
import { readObjectHeaders, refuseUnsignedHeaders } from "../http/object-headers.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { writeXml } from "../http/xml.ts";
import type { Checksum } from "../store/records.ts";
import { commitBody } from "../store/store.ts";
import type { UploadRecord } from "../store/uploads.ts";
import type { Context } from "./context.ts";
import { checkStorage, checksumHeaders } from "./put-object.ts";

const MAX_PART_NUMBER = 10_000;

export function uploadOf(request: S3Request): { key: string; uploadId: string } {
  return { key: request.key, uploadId: request.parameters.get("uploadId") ?? "" };
}

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

/** UploadPart: stores a part. A part with the same number is replaced only when the new part is complete and durable. */
export async function uploadPart(request: S3Request, { store, bodies, now }: Context): Promise<S3Response> {
  const { bucket } = request;
  const partNumber = readPartNumber(request.parameters.get("partNumber"));
  const named = uploadOf(request);
  store.buckets.get(bucket);
  checkPartChecksum(request, store.uploads.get(bucket, named));
  const staged = await writeBody({ store, bodies }, request);
  const etag = `"${staged.md5.toString("hex")}"`;
  await commitBody(store, staged, () => {
    // Another request may have completed or aborted the upload while the bytes arrived, so this code reads the upload again.
    const { uploadId } = store.uploads.get(bucket, named);
    const { sizeBytes, checksums } = staged;
    const contentId = store.contents.add(staged);
    store.uploads.putPart(uploadId, { partNumber, contentId, sizeBytes, etag, lastModified: now(), checksums });
  });
  return { status: 200, headers: { ETag: etag, ...checksumHeaders(staged.checksums) } };
}

/** AbortMultipartUpload: deletes the upload and its parts, before the bucket sends the response. */
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

/** Reads a part number. Throws InvalidArgument unless it is from 1 to 10,000. */
export function readPartNumber(text: string | undefined): number {
  const partNumber = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= MAX_PART_NUMBER) return partNumber;
  throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive", {
    ArgumentName: "partNumber",
    ArgumentValue: text ?? "",
  });
}

/**
 * Reads the checksum algorithm and type of an upload. CRC-64/NVME always covers the full object. SHA-1 and SHA-256 are always composite.
 * Source: Amazon S3, "Checking object integrity".
 */
function readUploadChecksum(request: S3Request): Pick<UploadRecord, "checksumAlgorithm" | "checksumType"> {
  const algorithm = request.field("x-amz-checksum-algorithm");
  const requested = request.field("x-amz-checksum-type");
  if (algorithm === undefined) {
    if (requested === undefined) return {};
    throw new S3Error(
      "InvalidRequest",
      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    );
  }
  if (!isChecksumAlgorithm(algorithm))
    throw new S3Error("InvalidRequest", "Checksum algorithm provided is unsupported.");
  const type = requested ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  const isPossible =
    type === "COMPOSITE" ? algorithm !== "CRC64NVME" : type === "FULL_OBJECT" && isCombinable(algorithm);
  if (isPossible) return { checksumAlgorithm: algorithm, checksumType: type as Checksum["type"] };
  throw new S3Error(
    "InvalidRequest",
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

/** Throws InvalidRequest unless a part has the checksum that its upload declared. The checksum of the object is made from them. */
function checkPartChecksum(request: S3Request, { checksumAlgorithm }: UploadRecord): void {
  if (checksumAlgorithm === undefined) return;
  const actual = readDeclaredChecksum(request.field)?.algorithm;
  if (actual === checksumAlgorithm) return;
  const expected = checksumAlgorithm.toLowerCase();
  throw new S3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual?.toLowerCase() ?? "null"}`,
  );
}
