import type { Upload } from "../../domain/upload.ts";
import type { Deps, SignedRequest } from "../ports/index.ts";
import type { Sender } from "./authorise-sender.ts";

export type StartUploadInput = {
  noteId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256: string | undefined;
  /** Makes any upload multipart, with parts of this length. For clients that choose the part size themselves. Bytes. */
  partSize?: number | undefined;
  /** A second start with the same key and the same declaration returns the same upload. */
  idempotencyKey?: string | undefined;
  /** The facts of a visitor's file. Undefined: a user sends the file. */
  visit?: { visitorId: string; visitorName: string | undefined; slotId: string | undefined } | undefined;
};

/** A checked declaration, with the key of its object. */
export type DeclaredUpload = StartUploadInput & { caller: Sender; objectKey: string };

/** `request` is the PUT to send. Undefined for a multipart upload, and for a repeated start whose file is already complete. */
export type StartedUpload = { upload: Upload; request: SignedRequest | undefined };

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
