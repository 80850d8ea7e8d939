import { createHash } from "node:crypto";
import {
  CHECKSUM_ALGORITHMS,
  checksumHeader,
  combineCrcs,
  createChecksumStream,
  isCombinable,
} from "../body/checksums.ts";
import { children, childText, malformedXml, readXml, type XmlNode } from "../body/read-xml.ts";
import { invalidRequest, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import { type S3Response, writeXml } from "../http/response.ts";
import type { Checksum, ChecksumAlgorithm, ObjectRecord } from "../store/database.ts";
import type { Store } from "../store/store.ts";
import type { PartRecord, UploadRecord } from "../store/uploads.ts";
import { type Context, readWriteConditions, uploadOf } from "./operation.ts";

const MIN_PART_BYTES = 5 * 1024 ** 2;
const MAX_OBJECT_BYTES = 5 * 1024 ** 4;
const MAX_PARTS = 10_000;

type NamedPart = { partNumber: number; etag: string; checksums: Map<string, string> };

/** CompleteMultipartUpload: makes one database change, and copies no bytes. Deletes the parts that the client did not list. */
export async function completeUpload(request: S3Request, { store, bodies, now }: Context): Promise<S3Response> {
  const { bucket, key } = request;
  const named = uploadOf(request);
  const conditions = readWriteConditions(request);
  store.buckets.get(bucket);
  if (completedObject(request, store) === undefined) store.uploads.get(bucket, named);
  const document = await readXml(request, "CompleteMultipartUpload", { checksumIsOfBody: false });
  const wanted = readNamedParts(document);

  const object = await store.write(() => {
    const completed = completedObject(request, store);
    if (completed?.etag === multipartEtag(wanted)) return completed;
    const upload = store.uploads.get(bucket, named);
    const parts = selectParts(wanted, { stored: store.uploads.parts(upload.uploadId), upload });
    const sizeBytes = checkSizes(request, parts);
    const checksum = objectChecksum(request, { upload, parts });
    const made = {
      key,
      sizeBytes,
      headers: upload.headers,
      metadata: upload.metadata,
      contentId: store.contents.join(parts),
      etag: multipartEtag(parts),
      lastModified: now(),
      checksums: checksum === undefined ? [] : [checksum],
    };
    store.objects.put(bucket, made, conditions);
    store.uploads.remove(bucket, upload);
    store.contents.recordCompletion(made.contentId, upload.uploadId);
    return made;
  });
  bodies.refuseParts(named.uploadId);
  return { status: 200, xml: writeResult(bucket, object) };
}

/** Finds the object that an earlier completion of the same upload made. A client repeats a completion whose response was lost. */
function completedObject(request: S3Request, store: Store): ObjectRecord | undefined {
  const { key, uploadId } = uploadOf(request);
  const object = store.objects.find(request.bucket, key);
  return object !== undefined && store.contents.isMadeBy(object.contentId, uploadId) ? object : undefined;
}

function writeResult(bucket: string, object: { key: string; etag: string; checksums: Checksum[] }): string {
  const [checksum] = object.checksums;
  return writeXml("CompleteMultipartUploadResult", {
    Location: `/${bucket}/${object.key}`,
    Bucket: bucket,
    Key: object.key,
    ETag: object.etag,
    ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
  });
}

function readNamedParts(document: XmlNode): NamedPart[] {
  const parts = children(document, "Part").map(readNamedPart);
  if (parts.length === 0 || parts.length > MAX_PARTS) throw malformedXml();
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (before !== undefined && before.partNumber >= part.partNumber) {
      throw new S3Error(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
      );
    }
  }
  return parts;
}

function readNamedPart(node: XmlNode): NamedPart {
  const number = childText(node, "PartNumber")?.trim() ?? "";
  const etag = childText(node, "ETag")?.trim();
  if (!/^\d{1,5}$/.test(number) || !etag) throw malformedXml();
  const checksums = new Map<string, string>();
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = childText(node, `Checksum${algorithm}`)?.trim();
    if (value !== undefined) checksums.set(algorithm, value);
  }
  return { partNumber: Number(number), etag, checksums };
}

/** Returns the listed parts. Throws InvalidPart if a part is missing, or has another entity tag or checksum. */
function selectParts(
  wanted: readonly NamedPart[],
  known: { stored: readonly PartRecord[]; upload: UploadRecord },
): PartRecord[] {
  const byNumber = new Map(known.stored.map((part) => [part.partNumber, part]));
  return wanted.map((named) => {
    const part = byNumber.get(named.partNumber);
    if (part === undefined || part.etag.replaceAll('"', "") !== named.etag.replaceAll('"', ""))
      throw invalidPart(named, known.upload);
    checkPartChecksums(named, { part, upload: known.upload });
    return part;
  });
}

function checkPartChecksums(named: NamedPart, { part, upload }: { part: PartRecord; upload: UploadRecord }): void {
  for (const [algorithm, value] of named.checksums) {
    const stored = part.checksums.find((checksum) => checksum.algorithm === algorithm);
    if (stored?.value !== value) throw invalidPart(named, upload);
  }
  const { checksumAlgorithm: algorithm, checksumType } = upload;
  if (algorithm === undefined || checksumType !== "COMPOSITE" || named.checksums.has(algorithm)) return;
  throw invalidRequest(
    `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${named.partNumber} in the request.`,
  );
}

/** Returns the size of the object. Throws EntityTooSmall if any part except the last is smaller than 5 MiB. */
function checkSizes(request: S3Request, parts: readonly PartRecord[]): number {
  for (const { sizeBytes, partNumber, etag } of parts.slice(0, -1)) {
    if (sizeBytes >= MIN_PART_BYTES) continue;
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      details: {
        ProposedSize: String(sizeBytes),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(partNumber),
        ETag: etag,
      },
    });
  }
  const total = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > MAX_OBJECT_BYTES)
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.");
  const declared = request.field("x-amz-mp-object-size");
  if (declared === undefined || declared === String(total)) return total;
  throw invalidRequest(
    `The provided 'x-amz-mp-object-size' header value ${declared} does not match what was computed: ${total}`,
  );
}

/** Makes an entity tag from the MD5 of the parts' MD5s and the number of parts. S3 clients rely on the format of the entity tag. */
function multipartEtag(parts: readonly Pick<PartRecord, "etag">[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(Buffer.from(etag.replaceAll('"', ""), "hex"));
  return `"${hash.digest("hex")}-${parts.length}"`;
}

function invalidPart({ partNumber, etag }: NamedPart, { uploadId }: UploadRecord): S3Error {
  return new S3Error(
    "InvalidPart",
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { details: { UploadId: uploadId, PartNumber: String(partNumber), ETag: etag } },
  );
}

type Completed = { upload: UploadRecord; parts: readonly PartRecord[] };

/**
 * Computes the checksum of a completed object from the checksums of its parts. Returns undefined if the upload declared no checksum
 * algorithm.
 *
 * Throws BadDigest if the client expects another checksum. Throws InvalidRequest if the client expects another type or algorithm.
 */
function objectChecksum(request: S3Request, completed: Completed): Checksum | undefined {
  const { checksumAlgorithm: algorithm, checksumType: type } = completed.upload;
  const expectedType = request.field("x-amz-checksum-type");
  if (expectedType !== undefined && expectedType !== type) {
    throw invalidRequest(
      `The upload was created using the ${type ?? "null"} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const checksum = algorithm &&
    type && { algorithm, type, value: computeValue(algorithm, { type, parts: completed.parts }) };
  for (const expectedAlgorithm of CHECKSUM_ALGORITHMS) {
    const expected = request.field(checksumHeader(expectedAlgorithm));
    if (expected !== undefined) checkExpected(checksum, { algorithm: expectedAlgorithm, value: expected });
  }
  return checksum;
}

function checkExpected(
  checksum: Checksum | undefined,
  expected: { algorithm: ChecksumAlgorithm; value: string },
): void {
  if (checksum?.algorithm !== expected.algorithm) {
    throw invalidRequest(`The upload was not created using a ${expected.algorithm.toLowerCase()} checksum.`);
  }
  // A composite checksum ends with the number of parts. SDKs compute a composite checksum without the number of parts, and Amazon S3
  // accepts both forms.
  const isComposite = checksum.type === "COMPOSITE" && checksum.value.startsWith(`${expected.value}-`);
  if (isComposite || checksum.value === expected.value) return;
  throw new S3Error("BadDigest", `The ${expected.algorithm} you specified did not match the calculated checksum.`);
}

function computeValue(
  algorithm: ChecksumAlgorithm,
  { type, parts }: { type: Checksum["type"]; parts: readonly PartRecord[] },
): string {
  const values = parts.map((part) => ({ crc: checksumOf(part, algorithm), sizeBytes: part.sizeBytes }));
  if (algorithm === "CRC64NVME" || (type === "FULL_OBJECT" && isCombinable(algorithm))) {
    return combineCrcs(algorithm, values).toString("base64");
  }
  const stream = createChecksumStream(algorithm);
  for (const { crc } of values) stream.update(crc);
  return `${stream.digest().toString("base64")}-${parts.length}`;
}

function checksumOf({ checksums, partNumber }: PartRecord, algorithm: ChecksumAlgorithm): Buffer {
  const found = checksums.find((checksum) => checksum.algorithm === algorithm);
  if (found === undefined) throw invalidRequest(`Part ${partNumber} has no ${algorithm.toLowerCase()} checksum.`);
  return Buffer.from(found.value, "base64");
}
