import type { Upload } from "../../domain/upload.ts";
import type { Deps, SignedRequest } from "../ports/index.ts";

/** Signs the single PUT of an upload, until the upload expires. */
export function signPut(
  { bucket, limits, capabilities }: Deps,
  { upload, now }: { upload: Upload; now: number },
): Promise<SignedRequest> {
  return bucket.presignPut({
    objectKey: upload.objectKey,
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    // A bucket that cannot check a signed SHA-256 may refuse the request.
    checksum: capabilities().signedSha256 ? upload.declaredChecksum : undefined,
    onlyOnce: !upload.staged,
    expiresInSeconds: Math.min(limits.uploadTtlSeconds, Math.floor((upload.expiresAt - now) / 1000)),
    now,
  });
}
