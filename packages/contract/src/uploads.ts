import { type Static, Type } from "typebox";
import { AttachmentState } from "./attachments.ts";
import { Id, Instant, Sha256 } from "./common.ts";
import { FilePath } from "./file-names.ts";
import { Rejection } from "./problems.ts";
import { closedObject, repeatHeaders } from "./shapes.ts";

/**
 * The body of `POST /notes/:noteId/uploads`. With `sha256`, the bucket and the service verify the SHA-256 of the file.
 *
 * @example
 * ```ts
 * import { StartUploadBody } from "@valetkey/contract";
 * import { Value } from "typebox/value";
 *
 * const body = { filename: "report.pdf", sizeBytes: 1_000_000, contentType: "application/pdf" };
 * console.log(Value.Check(StartUploadBody, body)); // true
 * ```
 */
export const StartUploadBody = closedObject({
  filename: Type.String({ maxLength: 1024, examples: ["report.pdf"] }),
  sizeBytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, examples: [1_000_000] }),
  contentType: Type.String({ maxLength: 255, examples: ["application/pdf"] }),
  sha256: Type.Optional(Sha256),
  path: Type.Optional(FilePath),
});
export type StartUploadBody = Static<typeof StartUploadBody>;

/** Repeated requests with the same idempotency key return the upload of the first request (draft-ietf-httpapi-idempotency-key-header). */
export const StartUploadHeaders = repeatHeaders(
  "1 to 255 visible ASCII characters. For 24 hours, the same key and body of a user return the same upload with a fresh URL, unless it is rejected, aborted, expired or deleted. Another body is 422.",
);
export type StartUploadHeaders = Static<typeof StartUploadHeaders>;

const Strategy = Type.Enum(["put", "multipart"]);

/**
 * The request with which the client sends the bytes of a file to the bucket. Send exactly this `method`, `url` and `headers` before the URL
 * expires.
 */
const request = {
  method: Type.String(),
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
};

/** The parts of a multipart upload. Every part has `partSize` bytes, except the last part, which can be smaller. */
const partition = { partSize: Type.Optional(Type.Integer()), partCount: Type.Optional(Type.Integer()) };

const started = {
  id: Id,
  strategy: Strategy,
  state: AttachmentState,
  method: Type.Optional(request.method),
  url: Type.Optional(request.url),
  headers: Type.Optional(request.headers),
  expiresAt: Instant,
  ...partition,
};

/** A started upload. Before `expiresAt`, the client must send the file or its parts, and complete the upload. */
export const StartedUpload = Type.Object({
  upload: Type.Object({ attachmentId: Id, ...started }),
});
export type StartedUpload = Static<typeof StartedUpload>;

/** A started upload for a file request, without the ids of the note and its files. */
export const StartedSend = Type.Object({ upload: Type.Object(started) });
export type StartedSend = Static<typeof StartedSend>;

export const UploadParams = Type.Object({ uploadId: Id });

/** A part that the bucket has stored. */
const StoredPart = Type.Object({ partNumber: Type.Integer(), etag: Type.String(), sizeBytes: Type.Integer() });

const progress = {
  id: Id,
  strategy: Strategy,
  state: AttachmentState,
  reason: Type.Optional(Type.String()),
  rejection: Type.Optional(Rejection),
  filename: Type.String(),
  path: Type.Optional(Type.String()),
  sizeBytes: Type.Integer(),
  expiresAt: Instant,
  ...partition,
  parts: Type.Array(StoredPart),
};

/** The state of an upload. `reason`: why the service rejected the file. */
export const Upload = Type.Object({ upload: Type.Object({ attachmentId: Id, noteId: Id, ...progress }) });
export type Upload = Static<typeof Upload>;

/** The state of an upload for a file request. `reason`: why the service rejected the file. */
export const Send = Type.Object({ upload: Type.Object(progress) });
export type Send = Static<typeof Send>;

/** The number of a part, from 1 to the `partCount` of the upload. */
const PartNumber = Type.Integer({ minimum: 1, maximum: 10_000 });

export const SignPartsBody = closedObject({ partNumbers: Type.Array(PartNumber, { minItems: 1, maxItems: 100 }) });
export type SignPartsBody = Static<typeof SignPartsBody>;

/** The signed parts, in the order of the request. */
export const SignedParts = Type.Object({
  parts: Type.Array(Type.Object({ partNumber: Type.Integer(), ...request, expiresAt: Instant })),
});
export type SignedParts = Static<typeof SignedParts>;

/**
 * `parts` is optional, because the service checks the object in the bucket. The service refuses `parts` that differ from the stored parts.
 */
export const CompleteUploadBody = closedObject({
  parts: Type.Optional(
    Type.Array(closedObject({ partNumber: PartNumber, etag: Type.String({ maxLength: 128 }) }), { maxItems: 10_000 }),
  ),
});

// The following schemas are for the Companion protocol, with the names of Uppy's AwsS3 plugin (docs/uppy.md).

const PART_MIN_BYTES = 5 * 2 ** 20;
const PART_MAX_BYTES = 5 * 2 ** 30;

/**
 * The body with which Uppy starts a multipart upload. All sizes are in bytes. Uppy does not send `size`, so the page must add it to the
 * metadata. The schema permits a missing `size`, so that the error message of the service can explain this. `partSize`: for pages that set
 * `getChunkSize`. Default: the part size that the plugin uses. The service ignores all other metadata.
 */
export const CreateMultipartBody = closedObject({
  filename: Type.String({ maxLength: 1024 }),
  type: Type.String({ maxLength: 255 }),
  metadata: Type.Object({
    noteId: Id,
    size: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    partSize: Type.Optional(Type.Integer({ minimum: PART_MIN_BYTES, maximum: PART_MAX_BYTES })),
    path: Type.Optional(FilePath),
  }),
});

/** `key` and `uploadId` are both the id of the upload. `key` is not the key of an object in the bucket. */
export const CreatedMultipart = Type.Object({ key: Id, uploadId: Id });

/** The `key` of `CreatedMultipart`. */
const key = { key: Id };

export const MultipartQuery = closedObject(key);

export const MultipartPartParams = Type.Object({
  uploadId: Id,
  partNumber: Type.String({ pattern: "^[1-9]\\d{0,4}$", description: "a whole number from 1 to 10000" }),
});

export const BatchQuery = closedObject({
  ...key,
  partNumbers: Type.String({
    pattern: "^[1-9]\\d{0,4}(,[1-9]\\d{0,4}){0,99}$",
    description: "1 to 100 whole numbers, separated by commas",
  }),
});

export const PresignedPart = Type.Object({ url: Type.String() });

/** `presignedUrls`: the presigned URL of each part, by part number. */
export const PresignedParts = Type.Object({ presignedUrls: Type.Record(Type.String(), Type.String()) });

export const UploadedParts = Type.Array(
  Type.Object({ PartNumber: Type.Integer(), ETag: Type.String(), Size: Type.Integer() }),
);
export type UploadedParts = Static<typeof UploadedParts>;

export const CompleteMultipartBody = closedObject({
  parts: Type.Array(
    Type.Object({
      PartNumber: Type.Integer({ minimum: 1, maximum: 10_000 }),
      ETag: Type.String({ maxLength: 128 }),
    }),
    { maxItems: 10_000 },
  ),
});

/** `key`: the id of the attachment. `location`: the URL from which users with access can download the file. */
export const CompletedMultipart = Type.Object({ location: Type.String(), key: Id });

export const AbortedMultipart = Type.Object({});

/**
 * A signed statement that the service received a file. A receipt proves nothing else. `signature`: the Ed25519 signature of the text
 * `statement`, in base64url. `GET /receipts/key` returns the public key.
 */
export const Receipt = Type.Object({
  statement: Type.String({
    description: "JSON with requestId, filename, sizeBytes, sha256 (or null), receivedAt and issuer",
  }),
  signature: Type.String(),
  keyId: Type.String(),
});
export type Receipt = Static<typeof Receipt>;
export const VerifyReceiptBody = closedObject(Receipt.properties);
export type VerifyReceiptBody = Static<typeof VerifyReceiptBody>;
export const VerifiedReceipt = Type.Object({ isValid: Type.Boolean() });
export type VerifiedReceipt = Static<typeof VerifiedReceipt>;
export const ReceiptKeys = Type.Object({
  keys: Type.Array(
    Type.Object({ keyId: Type.String(), publicKey: Type.String({ description: "Ed25519, SPKI in PEM" }) }),
  ),
});
export type ReceiptKeys = Static<typeof ReceiptKeys>;
