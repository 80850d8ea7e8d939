import { type Static, Type } from "typebox";
import { AttachmentState } from "./attachments.ts";
import { Id, Instant } from "./common.ts";

/** The last character before the padding has two bits that stand for nothing: only one way of writing them is what S3 writes and compares. */
const Sha256 = Type.String({
  pattern: "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
  description:
    "the SHA-256 of the file in base64, exactly as S3 writes it: 44 characters, the last one =, no stray bits",
});

/**
 * The body of `POST /notes/:noteId/uploads`. The bucket and the service both verify the file against `sha256` when the body has it.
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
export const StartUploadBody = Type.Object(
  {
    filename: Type.String({ maxLength: 1024, examples: ["report.pdf"] }),
    sizeBytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, examples: [1_000_000] }),
    contentType: Type.String({ maxLength: 255, examples: ["application/pdf"] }),
    sha256: Type.Optional(Sha256),
  },
  { additionalProperties: false },
);
export type StartUploadBody = Static<typeof StartUploadBody>;

/** A start can be repeated: the answer is the upload that the first one began (draft-ietf-httpapi-idempotency-key-header). */
export const StartUploadHeaders = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      description:
        "1 to 255 visible ASCII characters. The same key and body of the same person are the same upload, with a URL signed anew, for 24 hours or until it is rejected, aborted, expired or deleted. With another body: 422.",
    }),
  ),
});
export type StartUploadHeaders = Static<typeof StartUploadHeaders>;

const Strategy = Type.Enum(["put", "multipart"]);

/** What to send, and where: `method` to `url` with exactly these `headers`, before it expires. */
const request = {
  method: Type.String(),
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
};

/** How an upload in parts is cut: every part is `partSize` bytes long but the last, which is what remains. */
const cut = { partSize: Type.Optional(Type.Integer()), partCount: Type.Optional(Type.Integer()) };

/** pending, put: send the request before `expiresAt` · pending, multipart: ask for its parts, and be complete before `expiresAt`. */
export const StartedUpload = Type.Object({
  upload: Type.Object({
    id: Id,
    attachmentId: Id,
    strategy: Strategy,
    state: AttachmentState,
    method: Type.Optional(request.method),
    url: Type.Optional(request.url),
    headers: Type.Optional(request.headers),
    expiresAt: Instant,
    ...cut,
  }),
});
export type StartedUpload = Static<typeof StartedUpload>;

export const UploadParams = Type.Object({ uploadId: Id });

/** A part that the bucket has already. */
const StoredPart = Type.Object({ partNumber: Type.Integer(), etag: Type.String(), sizeBytes: Type.Integer() });

/** `reason` says why it was rejected. */
export const Upload = Type.Object({
  upload: Type.Object({
    id: Id,
    attachmentId: Id,
    noteId: Id,
    strategy: Strategy,
    state: AttachmentState,
    reason: Type.Optional(Type.String()),
    filename: Type.String(),
    sizeBytes: Type.Integer(),
    expiresAt: Instant,
    ...cut,
    parts: Type.Array(StoredPart),
  }),
});
export type Upload = Static<typeof Upload>;

/** From 1 to the `partCount` of the upload. */
const PartNumber = Type.Integer({ minimum: 1, maximum: 10_000 });

export const SignPartsBody = Type.Object(
  { partNumbers: Type.Array(PartNumber, { minItems: 1, maxItems: 100 }) },
  { additionalProperties: false },
);
export type SignPartsBody = Static<typeof SignPartsBody>;

/** In the order asked. */
export const SignedParts = Type.Object({
  parts: Type.Array(Type.Object({ partNumber: Type.Integer(), ...request, expiresAt: Instant })),
});
export type SignedParts = Static<typeof SignedParts>;

/** Nothing is taken on the client's word: the service looks at the object itself, and refuses when a part is not the one named here. */
export const CompleteUploadBody = Type.Object(
  {
    parts: Type.Optional(
      Type.Array(
        Type.Object({ partNumber: PartNumber, etag: Type.String({ maxLength: 128 }) }, { additionalProperties: false }),
        { maxItems: 10_000 },
      ),
    ),
  },
  { additionalProperties: false },
);
