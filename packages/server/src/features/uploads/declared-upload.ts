import type { SignedRequest } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Upload } from "../access/attachment.ts";
import type { Sender } from "./authorise-sender.ts";

export type StartUploadInput = {
  noteId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256: string | undefined;
  /** The length of the parts, for clients that choose it themselves. If it is set, the upload is always a multipart upload. Bytes. */
  partSize?: number | undefined;
  /** If a client starts an upload again with the same key and the same declaration, the service returns the same upload. */
  idempotencyKey?: string | undefined;
  /** The data about a file from a visitor. Undefined: a user sends the file. */
  visit?: { visitorId: string; visitorName: string | undefined; slotId: string | undefined } | undefined;
};

/** A declaration that was checked, with the key that the object will have. */
export type DeclaredUpload = StartUploadInput & { caller: Sender; objectKey: string };

/**
 * `request`: the PUT that the client must send. Undefined for a multipart upload, and for a repeated start of an upload that is not pending
 * any more.
 */
export type StartedUpload = { upload: Upload; request: SignedRequest | undefined };

/** Signs the single PUT of an upload. The URL expires no later than the upload. */
export function signPut(
  { bucket, limits, capabilities }: Deps,
  { upload, now }: { upload: Upload; now: number },
): Promise<SignedRequest> {
  return bucket.presignPut({
    objectKey: upload.objectKey,
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    // A bucket that cannot check a signed SHA-256 may refuse the PUT.
    checksum: capabilities().signedSha256 ? upload.declaredChecksum : undefined,
    onlyOnce: !upload.staged,
    expiresInSeconds: Math.min(limits.uploadTtlSeconds, Math.floor((upload.expiresAt - now) / 1000)),
    now,
  });
}
