import { type Static, Type } from "typebox";
import { FileAccess } from "./access-summaries.ts";
import { closedObject } from "./closed-object.ts";
import { Id, Instant, PageQuery, PlainText, pageOf } from "./common.ts";
import { Person } from "./people.ts";

export const Checksum = Type.Object({ algorithm: Type.Enum(["SHA256"]), value: Type.String() });
export type Checksum = Static<typeof Checksum>;

/**
 * The state of an attachment. Only a `ready` attachment can be downloaded.
 *
 * While the state is `verifying` or `scanning`, the service has all bytes and checks them. Poll until the state is `ready` or `rejected`.
 * A `quarantined` file was sent by a visitor, and waits until somebody accepts or rejects it.
 */
export const AttachmentState = Type.Enum([
  "pending",
  "verifying",
  "scanning",
  "quarantined",
  "ready",
  "rejected",
  "aborted",
  "expired",
]);
export type AttachmentState = Static<typeof AttachmentState>;

/**
 * A file of a note. The response never contains the key of the object.
 *
 * `checksum` is null until the service has verified the stored bytes. `reason` says why the service rejected the file.
 * `access` says who has this file without its note. Only the owner and the editors get it, and only if somebody has the file.
 */
export const Attachment = Type.Object({
  id: Id,
  noteId: Id,
  filename: Type.String(),
  sizeBytes: Type.Integer(),
  contentType: Type.String(),
  checksum: Type.Union([Checksum, Type.Null()]),
  state: AttachmentState,
  reason: Type.Optional(Type.String()),
  createdBy: Person,
  createdAt: Instant,
  access: Type.Optional(FileAccess),
});
export type Attachment = Static<typeof Attachment>;

/** A page of the attachments of a note, in order of creation. */
export const AttachmentPage = pageOf(Attachment);
export type AttachmentPage = Static<typeof AttachmentPage>;

/** A file that is shared with the caller without its note. */
export const SharedAttachment = Type.Object({
  ...Attachment.properties,
  owner: Person,
  share: Type.Object({ expiresAt: Type.Union([Instant, Type.Null()]) }),
  isNew: Type.Boolean({ description: "Whether the caller has not looked since the file was shared" }),
});
export type SharedAttachment = Static<typeof SharedAttachment>;

export const SharedAttachmentPage = pageOf(SharedAttachment);
export type SharedAttachmentPage = Static<typeof SharedAttachmentPage>;

export const ListAttachmentsQuery = closedObject({ ...PageQuery.properties, scope: Type.Enum(["shared"]) });
export type ListAttachmentsQuery = Static<typeof ListAttachmentsQuery>;

export const AttachmentParams = Type.Object({ attachmentId: Id });

/** The id of a file, or the id that the file had in the application from which `valetkey adopt --list` adopted it. */
export const DownloadParams = Type.Object({
  attachmentId: Type.String({
    minLength: 1,
    maxLength: 255,
    ...PlainText,
    description: "A UUIDv7, or the id of an adopted file in its former application",
  }),
});

/** The new name of a file. The same rules apply as for the filename of an upload. */
export const RenameAttachmentBody = closedObject({
  filename: Type.String({ maxLength: 1024, examples: ["report.pdf"] }),
});
export type RenameAttachmentBody = Static<typeof RenameAttachmentBody>;

/** The JSON body that attaches an existing object of the bucket, instead of a form with a file. Only administrators may send this body. */
export const AdoptBody = closedObject(
  {
    s3Url: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, ...PlainText })),
    key: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, ...PlainText })),
    filename: Type.Optional(Type.String({ maxLength: 1024 })),
  },
  { minProperties: 1, description: "Exactly one of s3Url and key" },
);
export type AdoptBody = Static<typeof AdoptBody>;
