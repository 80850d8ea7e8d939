import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { Id } from "./common.ts";

// This file describes the part of the Companion protocol that Uppy's AwsS3 plugin uses, with the names of the plugin (docs/uppy.md).

const PART_MIN_BYTES = 5 * 2 ** 20;
const PART_MAX_BYTES = 5 * 2 ** 30;

/**
 * The body that starts a multipart upload. Sizes are in bytes.
 * Uppy does not send `size`, so the page must add it to the metadata. The schema permits a body without `size`, so that the server can
 * explain how to add it.
 * `partSize` is for pages that set `getChunkSize`. By default, the server divides the file into the same parts as the plugin. The server
 * ignores other metadata.
 */
export const CreateMultipartBody = closedObject({
  filename: Type.String({ maxLength: 1024 }),
  type: Type.String({ maxLength: 255 }),
  metadata: Type.Object({
    noteId: Id,
    size: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    partSize: Type.Optional(Type.Integer({ minimum: PART_MIN_BYTES, maximum: PART_MAX_BYTES })),
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

/** The presigned URL of each part, by part number. */
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

/** `key` is the id of the attachment. `location` is the URL from which users with access can download it. */
export const CompletedMultipart = Type.Object({ location: Type.String(), key: Id });

export const AbortedMultipart = Type.Object({});
