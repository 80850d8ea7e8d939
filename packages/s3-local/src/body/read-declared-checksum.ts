import { S3Error } from "../errors.ts";
import type { ChecksumAlgorithm } from "../store/records.ts";
import { CHECKSUM_ALGORITHMS, checksumHeader, isChecksumAlgorithm, parseChecksum } from "./checksum-algorithms.ts";

/** The checksum that a request declares for its body. If `value` is absent, a trailer after the body contains the value. */
export type DeclaredChecksum = { algorithm: ChecksumAlgorithm; value?: string };

export type ReadField = (name: string) => string | undefined;

/**
 * Reads the checksum that a request declares in a header or announces as a trailer. Returns undefined if there is none.
 *
 * Throws InvalidRequest if the request has several checksums, an invalid checksum, or an algorithm without a checksum.
 */
export function readDeclaredChecksum(field: ReadField): DeclaredChecksum | undefined {
  const declared: DeclaredChecksum[] = [];
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = field(checksumHeader(algorithm));
    if (value !== undefined) declared.push({ algorithm, value: checkedValue(algorithm, value) });
  }
  for (const name of announcedTrailers(field)) {
    const algorithm = CHECKSUM_ALGORITHMS.find((known) => checksumHeader(known) === name);
    if (algorithm === undefined)
      throw new S3Error("InvalidRequest", "The value specified in the x-amz-trailer header is not supported");
    declared.push({ algorithm });
  }
  if (declared.length > 1) {
    throw new S3Error(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  checkAlgorithm(field, declared[0]);
  return declared[0];
}

export function announcedTrailers(field: ReadField): string[] {
  const announced = field("x-amz-trailer");
  if (announced === undefined) return [];
  return announced.split(",").map((name) => name.trim().toLowerCase());
}

/** Reads `Content-MD5`. Throws InvalidDigest when it is not an MD5 in base64. */
export function readContentMd5(field: ReadField): Buffer | undefined {
  const text = field("content-md5");
  if (text === undefined) return undefined;
  const md5 = Buffer.from(text, "base64");
  if (md5.length !== 16 || md5.toString("base64") !== text) {
    throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.");
  }
  return md5;
}

/** Returns `value` unchanged. Throws InvalidRequest if `value` is not a checksum of this algorithm. */
export function checkedValue(algorithm: ChecksumAlgorithm, value: string): string {
  if (parseChecksum(algorithm, value) !== undefined) return value;
  throw new S3Error("InvalidRequest", `Value for ${checksumHeader(algorithm)} header is invalid.`);
}

function checkAlgorithm(field: ReadField, declared: DeclaredChecksum | undefined): void {
  const named = field("x-amz-sdk-checksum-algorithm");
  if (named === undefined) return;
  if (!isChecksumAlgorithm(named)) throw new S3Error("InvalidRequest", "Checksum algorithm provided is unsupported.");
  if (declared?.algorithm !== named) {
    throw new S3Error(
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
}
