import { createHash } from "node:crypto";
import type { PayloadDeclaration } from "@valetkey/presign";
import { invalidRequest, S3Error } from "../errors.ts";
import type { Checksum, ChecksumAlgorithm } from "../store/database.ts";
import {
  CHECKSUM_ALGORITHMS,
  checksumHeader,
  createChecksumStream,
  isChecksumAlgorithm,
  parseChecksum,
} from "./checksums.ts";

/** The checksum that a request declares for its body. Without `value`, a trailer after the body contains the checksum. */
type DeclaredChecksum = { algorithm: ChecksumAlgorithm; value?: string };

type ReadField = (name: string) => string | undefined;

/**
 * Reads the checksum that a request declares in a header or announces as a trailer. Returns undefined without a declared checksum.
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
      throw invalidRequest("The value specified in the x-amz-trailer header is not supported");
    declared.push({ algorithm });
  }
  if (declared.length > 1) {
    throw invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  }
  checkAlgorithm(field, declared[0]);
  return declared[0];
}

export function announcedTrailers(field: ReadField): string[] {
  const announced = field("x-amz-trailer");
  if (announced === undefined) return [];
  return announced.split(",").map((name) => name.trim().toLowerCase());
}

/** Reads the header `Content-MD5`. Throws InvalidDigest if the header is not an MD5 in base64. */
export function readContentMd5(field: ReadField): Buffer | undefined {
  const text = field("content-md5");
  if (text === undefined) return undefined;
  const md5 = Buffer.from(text, "base64");
  if (md5.length !== 16 || md5.toString("base64") !== text) {
    throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.");
  }
  return md5;
}

/** Returns `value`. Throws InvalidRequest if `value` is not a checksum of the given algorithm. */
function checkedValue(algorithm: ChecksumAlgorithm, value: string): string {
  if (parseChecksum(algorithm, value) !== undefined) return value;
  throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
}

function checkAlgorithm(field: ReadField, declared: DeclaredChecksum | undefined): void {
  const named = field("x-amz-sdk-checksum-algorithm");
  if (named === undefined) return;
  if (!isChecksumAlgorithm(named)) throw invalidRequest("Checksum algorithm provided is unsupported.");
  if (declared?.algorithm !== named) {
    throw invalidRequest(
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
}

type DeclaredHashes = {
  contentMd5?: Buffer | undefined;
  checksum?: DeclaredChecksum | undefined;
  payload: PayloadDeclaration;
};

/** Computes the hashes of arriving bytes. `check` throws BadDigest or XAmzContentSHA256Mismatch if a hash is not the declared hash. */
export function createHashVerifier({ contentMd5, checksum: declared, payload }: DeclaredHashes) {
  const md5 = createHash("md5");
  const checksum = declared && createChecksumStream(declared.algorithm);
  const sha256 = payload.kind === "sha256" ? createHash("sha256") : undefined;

  return {
    update(bytes: Uint8Array): void {
      md5.update(bytes);
      checksum?.update(bytes);
      sha256?.update(bytes);
    },
    async check(trailers: ReadonlyMap<string, string>): Promise<{ md5: Buffer; checksums: Checksum[] }> {
      const md5Bytes = md5.digest();
      if (payload.kind === "sha256" && sha256?.digest("hex") !== payload.sha256) {
        throw new S3Error(
          "XAmzContentSHA256Mismatch",
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
      }
      if (contentMd5 !== undefined && !md5Bytes.equals(contentMd5)) {
        throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
      }
      if (declared === undefined || checksum === undefined) return { md5: md5Bytes, checksums: [] };
      const { algorithm } = declared;
      const expected = declared.value ?? checkedValue(algorithm, trailers.get(checksumHeader(algorithm)) ?? "");
      const value = checksum.digest().toString("base64");
      if (value !== expected) {
        throw new S3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
      }
      return { md5: md5Bytes, checksums: [{ algorithm, value, type: "FULL_OBJECT" }] };
    },
  };
}
