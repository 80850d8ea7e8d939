import { type Static, Type } from "typebox";
import { Checksum, Id, Instant, PageQuery, Person, PlainText, pageOf } from "./common.ts";
import { PreviewName, Previews } from "./previews.ts";
import { Rejection } from "./problems.ts";
import { closedObject, orNull, repeatHeaders } from "./shapes.ts";

const counted = (description: string) =>
  Type.Optional(
    Type.Object(
      { count: Type.Integer(), until: Type.Optional(Instant), next: Type.Optional(Instant) },
      { description },
    ),
  );

/**
 * The numbers of people who have access to one file, without its owner. Leaves out people who have access to the whole note. An absent
 * number means 0. `until`: an expiry of this access, as the description of each member says. `next`: an earlier expiry, after which the
 * number is lower.
 */
export const FileAccess = Type.Object({
  people: counted("The people with a share. until: the first expiry"),
  invitations: counted("The shares by email address whose receivers have not come yet. until: the last expiry"),
  links: counted("The links that visitors can open. until: the last expiry, or missing if a link never expires"),
});
export type FileAccess = Static<typeof FileAccess>;

/** The numbers of people and links that give access to a note, without its owner. Each link in `links` opens every file of the note. */
export const NoteAccess = Type.Object({
  ...FileAccess.properties,
  fileLinks: counted("The links that open certain files only. until: as for links"),
  sharedFiles: counted(
    "The files that people have without the note, by a share or an invitation. until: the last expiry",
  ),
  requests: counted("The file requests that accept files. until: as for links"),
});
export type NoteAccess = Static<typeof NoteAccess>;

/**
 * The state of an attachment. Only a `ready` attachment can be downloaded.
 *
 * In the states `verifying` and `scanning`, the service has all bytes and checks them. A client polls until the state is `ready` or
 * `rejected`. A `quarantined` file comes from a visitor, and waits until a person accepts or rejects it.
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
 * `checksum`: null until the service has verified the stored bytes. `reason`: why the service rejected the file. `path`: the folder of the
 * file, such as `photos/2024/`. `access`: the numbers of people who have access to the file without its note, only for the owner and the
 * editors, and only if another person has access to the file. `previews`: the stored preview pictures of a ready file.
 */
export const Attachment = Type.Object({
  id: Id,
  noteId: Id,
  filename: Type.String(),
  path: Type.Optional(Type.String()),
  sizeBytes: Type.Integer(),
  contentType: Type.String(),
  checksum: orNull(Checksum),
  state: AttachmentState,
  reason: Type.Optional(Type.String()),
  rejection: Type.Optional(Rejection),
  createdBy: Person,
  createdAt: Instant,
  access: Type.Optional(FileAccess),
  previews: Previews,
});
export type Attachment = Static<typeof Attachment>;

/** A page of the attachments of a note, in order of creation. */
export const AttachmentPage = pageOf(Attachment);
export type AttachmentPage = Static<typeof AttachmentPage>;

/** A file that another person shares with the caller without its note. */
export const SharedAttachment = Type.Object({
  ...Attachment.properties,
  owner: Person,
  share: Type.Object({ expiresAt: orNull(Instant) }),
  isNew: Type.Boolean({ description: "Whether the caller has not seen the file since it was shared" }),
});
export type SharedAttachment = Static<typeof SharedAttachment>;

export const SharedAttachmentPage = pageOf(SharedAttachment);
export type SharedAttachmentPage = Static<typeof SharedAttachmentPage>;

export const ListAttachmentsQuery = closedObject({ ...PageQuery.properties, scope: Type.Enum(["shared"]) });
export type ListAttachmentsQuery = Static<typeof ListAttachmentsQuery>;

export const AttachmentParams = Type.Object({ attachmentId: Id });

/** The id of a file, or the id that an adopted file had in its old application (`valetkey adopt --list`). */
export const DownloadParams = Type.Object({
  attachmentId: Type.String({
    minLength: 1,
    maxLength: 255,
    ...PlainText,
    description: "A UUIDv7, or the id of an adopted file in its former application",
  }),
});

/** The new filename, which must follow the rules for the filename of an upload. */
export const RenameAttachmentBody = closedObject({
  filename: Type.String({ maxLength: 1024, examples: ["report.pdf"] }),
});
export type RenameAttachmentBody = Static<typeof RenameAttachmentBody>;

/**
 * `fromNoteId`: the note in which the caller saw the file. If the file is meanwhile in another note, the service does not move the file.
 */
export const MoveAttachmentBody = closedObject({ fromNoteId: Id, toNoteId: Id });
export type MoveAttachmentBody = Static<typeof MoveAttachmentBody>;

export const CopyAttachmentBody = closedObject({ toNoteId: Id });
export type CopyAttachmentBody = Static<typeof CopyAttachmentBody>;

/** Repeated requests with the same key, file and note return the copy of the first request. */
export const CopyAttachmentHeaders = repeatHeaders(
  "1 to 255 visible ASCII characters. For 24 hours, the same key, file and note of a user return the same copy, unless it is deleted.",
);

export const MoveEffectsBody = closedObject({
  attachmentIds: Type.Array(Id, { minItems: 1, maxItems: 1000 }),
  toNoteId: Id,
});
export type MoveEffectsBody = Static<typeof MoveEffectsBody>;

/**
 * The effects of a move of files on access. The numbers leave out the caller. A person or a link counts once, even for several files.
 * `sameOwner`: false if the other note has another owner, so that the service copies the files and moves the originals to the trash.
 */
export const MoveEffects = Type.Object({
  losing: Type.Object(
    {
      people: Type.Integer({
        description:
          "People and invited email addresses that have a file now, and will not have it. If isExact is false, all who have a file now.",
      }),
      links: Type.Integer({ description: "Links that visitors can open, and that will not open a file any more" }),
      isExact: Type.Boolean({
        description:
          "If false, some of these people can keep their access. The caller does not own both notes, and must not learn who has access to them.",
      }),
    },
    { description: "Who loses access to at least one of the files" },
  ),
  sameOwner: Type.Boolean(),
});
export type MoveEffects = Static<typeof MoveEffects>;

/** The JSON body attaches an existing object of the bucket. A form attaches a file instead. Only administrators may send the JSON body. */
export const AdoptBody = closedObject(
  {
    s3Url: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, ...PlainText })),
    key: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, ...PlainText })),
    filename: Type.Optional(Type.String({ maxLength: 1024 })),
  },
  { minProperties: 1, description: "Exactly one of s3Url and key" },
);
export type AdoptBody = Static<typeof AdoptBody>;

/**
 * The lifetime of a URL in seconds, from 1 to URL_TTL_MAX. The service checks the range, not the schema, so that the error message can
 * contain the range.
 */
const ExpiresIn = Type.Optional(Type.String());
const Disposition = Type.Enum(["attachment", "inline"], { default: "attachment" });

/** The purpose of a URL in the audit event. The purpose does not change who has access. */
export const UrlPurpose = Type.Enum(["download", "view", "thumbnail", "zip", "renewal"], {
  description:
    "The purpose in the audit event. The purpose changes no access. Default: view for an inline URL, download for any other. " +
    "thumbnail: for a small picture. zip: for a ZIP. renewal: replaces an expired URL",
});
export type UrlPurpose = Static<typeof UrlPurpose>;

const AskedPreview = Type.Optional({
  ...PreviewName,
  description:
    "Issues the URL of a preview picture, which is always inline. The default purpose of small is thumbnail, and of large view",
});

export const UrlQuery = closedObject({
  expiresIn: ExpiresIn,
  disposition: Disposition,
  purpose: Type.Optional(UrlPurpose),
  cacheable: Type.Optional(
    Type.Enum(["true", "false"], {
      description:
        "true: the service returns the same URL for half of expiresIn, so that a browser finds the file in its cache. " +
        "The URL then lives for half of expiresIn at least, and expiresAt is its true expiry. Only for inline URLs. Default: false",
    }),
  ),
  preview: AskedPreview,
});
export type UrlQuery = Static<typeof UrlQuery>;

export const FileUrl = Type.Object({ fileUrl: Type.String(), expiresIn: Type.Integer(), expiresAt: Instant });
export type FileUrl = Static<typeof FileUrl>;

export const FileUrlsBody = closedObject({
  attachmentIds: Type.Array(Id, { minItems: 1, maxItems: 1000 }),
  expiresIn: Type.Optional(Type.Number()),
  purpose: Type.Optional(UrlPurpose),
  preview: AskedPreview,
  cacheable: Type.Optional(Type.Boolean({ description: "As for one URL. Only with preview" })),
});
export type FileUrlsBody = Static<typeof FileUrlsBody>;

/** Has a URL or an error code for each id, in the order of the request. */
export const FileUrls = Type.Object({
  urls: Type.Array(
    Type.Object({
      attachmentId: Id,
      fileUrl: Type.Optional(Type.String()),
      expiresAt: Type.Optional(Instant),
      code: Type.Optional(
        Type.Enum([
          "attachment_not_found",
          "access_denied",
          "attachment_not_ready",
          "preview_not_found",
          "expires_in_out_of_range",
        ]),
      ),
    }),
  ),
});
export type FileUrls = Static<typeof FileUrls>;
