import { createHash } from "node:crypto";
import type { PayloadDeclaration } from "@valetkey/presign";
import { S3Error } from "../errors.ts";
import type { Checksum } from "../store/records.ts";
import { base64Digest, checksumHeader, createChecksumStream } from "./checksum-algorithms.ts";
import { checkedValue, type DeclaredChecksum } from "./read-declared-checksum.ts";

export type DeclaredHashes = {
  contentMd5?: Buffer | undefined;
  checksum?: DeclaredChecksum | undefined;
  payload: PayloadDeclaration;
};

/** Hashes bytes as they arrive. `check` throws BadDigest or XAmzContentSHA256Mismatch if a hash differs from the declared hash. */
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
      const value = await base64Digest(checksum);
      if (value !== expected) {
        throw new S3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
      }
      return { md5: md5Bytes, checksums: [{ algorithm, value, type: "FULL_OBJECT" }] };
    },
  };
}
