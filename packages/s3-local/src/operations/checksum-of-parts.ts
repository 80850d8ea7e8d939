import { CHECKSUM_ALGORITHMS, checksumHeader, createChecksumStream } from "../body/checksum-algorithms.ts";
import { combineCrcs, isCombinable } from "../body/combine-crc.ts";
import { S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Checksum, ChecksumAlgorithm } from "../store/records.ts";
import type { PartRecord, UploadRecord } from "../store/uploads.ts";

type Completed = { upload: UploadRecord; parts: readonly PartRecord[] };

/**
 * Computes the checksum of a completed object from the checksums of its parts. Returns undefined if the upload declared no checksum
 * algorithm.
 *
 * Throws BadDigest if the client expects another checksum. Throws InvalidRequest if the client expects another type or algorithm.
 */
export function objectChecksum(request: S3Request, completed: Completed): Checksum | undefined {
  const { checksumAlgorithm: algorithm, checksumType: type } = completed.upload;
  const expectedType = request.field("x-amz-checksum-type");
  if (expectedType !== undefined && expectedType !== type) {
    throw new S3Error(
      "InvalidRequest",
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
    throw new S3Error(
      "InvalidRequest",
      `The upload was not created using a ${expected.algorithm.toLowerCase()} checksum.`,
    );
  }
  // A composite checksum ends with the number of parts. SDKs that compute the checksum omit this number, and Amazon S3 accepts both.
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
  if (found === undefined)
    throw new S3Error("InvalidRequest", `Part ${partNumber} has no ${algorithm.toLowerCase()} checksum.`);
  return Buffer.from(found.value, "base64");
}
