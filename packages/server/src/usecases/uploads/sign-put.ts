import type { Upload } from "../../domain/upload.ts";
import type { Deps, SignedRequest } from "../ports/index.ts";

/** Signs the one PUT of an upload, for as long as the upload itself lasts. */
export function signPut(
  { bucket, limits, capabilities }: Deps,
  { upload, now }: { upload: Upload; now: number },
): Promise<SignedRequest> {
  return bucket.presignPut({
    objectKey: upload.objectKey,
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    // A bucket that can't check one may refuse it.
    checksum: capabilities().signedSha256 ? upload.declaredChecksum : undefined,
    onlyOnce: !upload.staged,
    expiresInSeconds: Math.min(limits.uploadTtlSeconds, Math.floor((upload.expiresAt - now) / 1000)),
    now,
  });
}
