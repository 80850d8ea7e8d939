import { type Static, type TProperties, type TSchema, Type } from "typebox";
import { Attachment } from "./attachments.ts";
import { Id } from "./common.ts";
import { SendFileBody, SentFile } from "./links.ts";
import { FileProblem } from "./problems.ts";
import { closedObject } from "./shapes.ts";
import { StartedSend, StartedUpload, StartUploadBody } from "./uploads.ts";

// Batches start or complete many uploads with one request. Without batches, 1,000 small files would need 2,000 requests to the service.

/** The maximum number of files in a batch. */
export const MAX_BATCH_FILES = 100;

/** The schema of an idempotency key in a body. The header `Idempotency-Key` may also have quotes. */
const idempotencyKey = Type.Optional(
  Type.String({
    pattern: "^[\\x21-\\x7e]{1,255}$",
    description: "1 to 255 visible ASCII characters, as in the header",
  }),
);

const filesOf = <Item extends TSchema>(item: Item) => Type.Array(item, { minItems: 1, maxItems: MAX_BATCH_FILES });

const startsOf = <Properties extends TProperties>(properties: Properties) =>
  closedObject({ uploads: filesOf(closedObject({ ...properties, idempotencyKey })) });

const startedOf = <Started extends TSchema>(upload: Started) =>
  Type.Object({
    uploads: Type.Array(Type.Object({ upload: Type.Optional(upload), problem: Type.Optional(FileProblem) })),
  });

/**
 * The body of `POST /notes/:noteId/uploads/batch`. The service starts the uploads in the order of the list.
 *
 * @example
 * ```ts
 * import { StartUploadsBody } from "@valetkey/contract";
 * import { Value } from "typebox/value";
 *
 * const file = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain", idempotencyKey: "1" };
 * console.log(Value.Check(StartUploadsBody, { uploads: [file] })); // true
 * ```
 */
export const StartUploadsBody = startsOf(StartUploadBody.properties);
export type StartUploadsBody = Static<typeof StartUploadsBody>;

/** The body of `POST /public/links/:token/uploads/batch`. */
export const SendFilesBody = startsOf(SendFileBody.properties);
export type SendFilesBody = Static<typeof SendFilesBody>;

/** Has an upload or a problem for each file, in the order of the request. */
export const StartedUploads = startedOf(StartedUpload.properties.upload);
export type StartedUploads = Static<typeof StartedUploads>;

/** The same results for a visitor, without the ids of the note and its files. */
export const StartedSends = startedOf(StartedSend.properties.upload);
export type StartedSends = Static<typeof StartedSends>;

/** The body of a request that completes many uploads. The service compares the object of each upload with the declaration of the upload. */
export const CompleteUploadsBody = closedObject({ uploadIds: filesOf(Id) });
export type CompleteUploadsBody = Static<typeof CompleteUploadsBody>;

/**
 * Makes the schema of completed uploads, in the order of the request. If a result has neither `file` nor `problem`, the upload is not
 * finished, and the client sends its id again.
 */
export const completedOf = <File extends TSchema>(file: File) =>
  Type.Object({
    files: Type.Array(Type.Object({ uploadId: Id, file: Type.Optional(file), problem: Type.Optional(FileProblem) })),
  });

export const CompletedUploads = completedOf(Attachment);
export type CompletedUploads = Static<typeof CompletedUploads>;

export const CompletedSends = completedOf(SentFile);
export type CompletedSends = Static<typeof CompletedSends>;
