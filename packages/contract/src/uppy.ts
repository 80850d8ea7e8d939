import { type Static, Type } from "typebox";
import { Id } from "./common.ts";

// The protocol between the AwsS3 plugin of Uppy and a Companion, with the names of the plugin (docs/uppy.md).

const filename = Type.String({ maxLength: 1024 });
const type = Type.String({ maxLength: 255 });
/** The size in bytes. Uppy does not send it, so a page puts it into the metadata. */
const size = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Metadata has the form `metadata[name]`. The service ignores other metadata. */
export const UppyParamsQuery = Type.Object(
  { filename, type, "metadata[noteId]": Id, "metadata[size]": Type.Optional(size) },
  { additionalProperties: false, patternProperties: { "^metadata\\[": {} } },
);

/** A form to post to `url`. The file must be the last field. */
export const UppyParams = Type.Object({
  method: Type.Literal("POST"),
  url: Type.String(),
  fields: Type.Record(Type.String(), Type.String()),
});

const PART_MIN_BYTES = 5 * 2 ** 20;
const PART_MAX_BYTES = 5 * 2 ** 30;

/** `partSize` is for pages that set `getChunkSize`. Default: the part size of the plugin. The service ignores other metadata. */
export const CreateMultipartBody = Type.Object(
  {
    filename,
    type,
    metadata: Type.Object({
      noteId: Id,
      size: Type.Optional(size),
      partSize: Type.Optional(Type.Integer({ minimum: PART_MIN_BYTES, maximum: PART_MAX_BYTES })),
    }),
  },
  { additionalProperties: false },
);

/** `key` is the id of the upload, and not the object key. */
export const CreatedMultipart = Type.Object({ key: Id, uploadId: Id });

/** The key that the start of the upload returned. */
const key = { key: Id };

export const MultipartQuery = Type.Object(key, { additionalProperties: false });

export const MultipartPartParams = Type.Object({
  uploadId: Id,
  partNumber: Type.String({ pattern: "^[1-9]\\d{0,4}$", description: "a whole number from 1 to 10000" }),
});

export const BatchQuery = Type.Object(
  {
    ...key,
    partNumbers: Type.String({
      pattern: "^[1-9]\\d{0,4}(,[1-9]\\d{0,4}){0,99}$",
      description: "1 to 100 whole numbers, with commas between them",
    }),
  },
  { additionalProperties: false },
);

export const PresignedPart = Type.Object({ url: Type.String() });

/** URLs by part number. */
export const PresignedParts = Type.Object({ presignedUrls: Type.Record(Type.String(), Type.String()) });

export const UploadedParts = Type.Array(
  Type.Object({ PartNumber: Type.Integer(), ETag: Type.String(), Size: Type.Integer() }),
);
export type UploadedParts = Static<typeof UploadedParts>;

export const CompleteMultipartBody = Type.Object(
  {
    parts: Type.Array(
      Type.Object({
        PartNumber: Type.Integer({ minimum: 1, maximum: 10_000 }),
        ETag: Type.String({ maxLength: 128 }),
      }),
      { maxItems: 10_000 },
    ),
  },
  { additionalProperties: false },
);

/** `key` is the id of the attachment, and `location` is its download URL. */
export const CompletedMultipart = Type.Object({ location: Type.String(), key: Id });

export const AbortedMultipart = Type.Object({});
