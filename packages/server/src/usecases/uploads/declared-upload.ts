import type { Upload } from "../../domain/upload.ts";
import type { Deps, SignedRequest } from "../ports/index.ts";
import type { Sender } from "./authorise-sender.ts";

export type StartUploadInput = {
  noteId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256: string | undefined;
  /** If set, the upload is a multipart upload with parts of this length. For clients that choose the part size themselves. Bytes. */
  partSize?: number | undefined;
  /** If a client starts an upload again with the same key and the same declaration, it gets the same upload. */
  idempotencyKey?: string | undefined;
  /** The data about a file from a visitor. Undefined: a user sends the file. */
  visit?: { visitorId: string; visitorName: string | undefined; slotId: string | undefined } | undefined;
};

/** A declaration that was checked, with the key of the future object. */
export type DeclaredUpload = StartUploadInput & { caller: Sender; objectKey: string };

/**
 * `request` is the PUT that the client must send. It is undefined for a multipart upload, and for a repeated start if the file is already
 * complete.
 */
export type StartedUpload = { upload: Upload; request: SignedRequest | undefined };

/** Signs the single PUT of an upload. The URL is valid at most until the upload expires. */
export function signPut(
  { bucket, limits, capabilities }: Deps,
  { upload, now }: { upload: Upload; now: number },
): Promise<SignedRequest> {
  return bucket.presignPut({
    objectKey: upload.objectKey,
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    // If a bucket cannot check a signed SHA-256, it may refuse the request.
    checksum: capabilities().signedSha256 ? upload.declaredChecksum : undefined,
    onlyOnce: !upload.staged,
    expiresInSeconds: Math.min(limits.uploadTtlSeconds, Math.floor((upload.expiresAt - now) / 1000)),
    now,
  });
}
