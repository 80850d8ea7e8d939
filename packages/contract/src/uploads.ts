import { type Static, Type } from "typebox";
import { AttachmentState } from "./attachments.ts";
import { Id, Instant } from "./common.ts";

/** `sha256` is base64 of the 32 bytes, as S3 writes it; when given, the bucket and the service both hold the file to it. */
export const StartUploadBody = Type.Object(
  {
    filename: Type.String({ maxLength: 1024 }),
    sizeBytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    contentType: Type.String({ maxLength: 255 }),
    sha256: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9+/]{43}=$" })),
  },
  { additionalProperties: false },
);
export type StartUploadBody = Static<typeof StartUploadBody>;

/** What to send, and where: `method` to `url` with exactly these `headers`, before `expiresAt`. */
export const StartedUpload = Type.Object({
  upload: Type.Object({
    id: Id,
    attachmentId: Id,
    strategy: Type.Enum(["put"]),
    method: Type.String(),
    url: Type.String(),
    headers: Type.Record(Type.String(), Type.String()),
    expiresAt: Instant,
  }),
});
export type StartedUpload = Static<typeof StartedUpload>;

export const UploadParams = Type.Object({ uploadId: Id });

export const Upload = Type.Object({
  upload: Type.Object({
    id: Id,
    attachmentId: Id,
    noteId: Id,
    strategy: Type.Enum(["put"]),
    state: AttachmentState,
    filename: Type.String(),
    sizeBytes: Type.Integer(),
    expiresAt: Instant,
  }),
});
export type Upload = Static<typeof Upload>;

/** Nothing is taken on the client's word: the service looks at the object itself. */
export const CompleteUploadBody = Type.Object({}, { additionalProperties: false });
