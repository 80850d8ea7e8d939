import { type Static, Type } from "typebox";
import { Email, Id, Instant, PageQuery, Person, PlainText, pageOf } from "./common.ts";
import { Previews } from "./previews.ts";
import { Rejection } from "./problems.ts";
import { closedObject, orNull, repeatHeaders } from "./shapes.ts";
import { StartUploadBody } from "./uploads.ts";

/** `download`: visitors download files. `upload`: visitors send files, so the link is a file request. */
export const LinkKind = Type.Enum(["download", "upload"]);
export type LinkKind = Static<typeof LinkKind>;

/**
 * The state of a link for people with an account. For a visitor, a link that is not `live` is `link_not_found`.
 *
 * - `used_up`: the link has reached its limit of claims (uses), or the file request has received all its files
 * - `revoked`: a person revoked the link
 * - `expired`: the expiry of the link has passed
 * - `orphaned`: the creator of the link lost the right to share the note, or the files of the link were deleted
 */
/** `closed`: the policy of the operator does not let visitors open the link. */
export const LinkState = Type.Enum(["live", "used_up", "expired", "revoked", "orphaned", "closed"]);
export type LinkState = Static<typeof LinkState>;

const FileKind = Type.String({
  pattern: "^[a-z0-9!#$&^_.+-]+/(\\*|[a-z0-9!#$&^_.+-]+)$",
  maxLength: 127,
  examples: ["image/*", "application/pdf"],
});
const FileKinds = Type.Array(FileKind, { maxItems: 20, description: "The accepted kinds. Empty: every kind" });
const FileBytes = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const Short = (max: number) => Type.String({ maxLength: max, ...PlainText });

export const LinkSlot = closedObject({
  id: Type.String({ pattern: "^[a-z0-9-]{1,40}$" }),
  name: Type.String({ minLength: 1, maxLength: 100, ...PlainText, examples: ["Passport"] }),
  accept: Type.Optional(FileKinds),
  maxBytes: Type.Optional(FileBytes),
});
export type LinkSlot = Static<typeof LinkSlot>;

export const MAX_REQUEST_FILES = 1_000;

/** The limits of a file request. The deadline of a file request is the expiry of its link. */
export const FileRequest = closedObject({
  maxFiles: Type.Integer({ minimum: 1, maximum: MAX_REQUEST_FILES }),
  maxBytesPerFile: FileBytes,
  maxBytesTotal: FileBytes,
  accept: FileKinds,
  askName: Type.Enum(["no", "optional", "required"], { description: "Whether visitors give a name" }),
  review: Type.Boolean({ description: "Whether a file is quarantined until somebody accepts it" }),
  slots: Type.Array(LinkSlot, { maxItems: 50, description: "If there are slots, each file fills one of them" }),
});
export type FileRequest = Static<typeof FileRequest>;

const Password = Type.String({ minLength: 6, maxLength: 200, ...PlainText });
const Notify = Type.Enum(["never", "first", "each"], {
  description:
    "When the owner of the note gets a mail: at the first visitor and claim or the first file, or at each. Default: `first`, or `never` if the mail preferences of the owner say so or the service sends no mails",
});

/**
 * The members of a link that a request can change. `null` removes an expiry, a password, a limit or the recipients. A visitor of a download
 * link with `recipients` must prove one of these email addresses with a code from a mail.
 */
const editable = {
  label: Type.Optional(Short(200)),
  message: Type.Optional(Short(2000)),
  expiresAt: Type.Optional(orNull(Instant)),
  password: Type.Optional(orNull(Password)),
  maxClaims: Type.Optional(orNull(Type.Integer({ minimum: 1, maximum: 1_000_000 }))),
  urlTtlSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
  notify: Type.Optional(Notify),
  showPreviews: Type.Optional(
    Type.Boolean({
      description:
        "Whether visitors see small pictures of the files before a download. Default: true for a download link without password, recipients and maxClaims",
    }),
  ),
  recipients: Type.Optional(orNull(Type.Array(Email, { maxItems: 50 }))),
};

const FileIds = Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 100 }));

/**
 * The body of `POST /attachments/:attachmentId/links`. Default of `expiresAt`: 7 days after the request, or earlier if the operator's
 * maximum is shorter.
 */
export const CreateFileLinkBody = closedObject(editable);
export type CreateFileLinkBody = Static<typeof CreateFileLinkBody>;

/**
 * The body of `POST /notes/:noteId/links`. Without `attachmentIds`, a download link opens every file of the note. `kind: "upload"` requires
 * `request`.
 */
export const CreateLinkBody = closedObject({
  ...editable,
  kind: Type.Optional(LinkKind),
  attachmentIds: FileIds,
  request: Type.Optional(Type.Partial(FileRequest)),
});
export type CreateLinkBody = Static<typeof CreateLinkBody>;

/** With `newUrl: true`, the link gets a new URL, and the old URL stops working immediately. */
export const UpdateLinkBody = closedObject(
  {
    ...editable,
    attachmentIds: FileIds,
    request: Type.Optional(Type.Partial(FileRequest)),
    newUrl: Type.Optional(Type.Literal(true)),
  },
  { minProperties: 1 },
);
export type UpdateLinkBody = Static<typeof UpdateLinkBody>;

export const CreateLinkHeaders = repeatHeaders(
  "1 to 255 visible ASCII characters. The same key and settings of a user return the same link, unless it is revoked. Other settings make another link.",
);

/**
 * The facts about a link that administrators also see. `claims`: the number of uses, where all URLs of one visitor in a short time are one
 * use.
 */
export const LinkFacts = Type.Object({
  id: Id,
  kind: LinkKind,
  state: LinkState,
  label: Type.String(),
  noteTitle: Type.String(),
  createdBy: Person,
  expiresAt: orNull(Instant),
  hasPassword: Type.Boolean(),
  maxClaims: orNull(Type.Integer()),
  claims: Type.Integer(),
  opened: Type.Integer(),
  urlsIssued: Type.Integer(),
  received: Type.Object({ files: Type.Integer(), bytes: Type.Integer() }),
  createdAt: Instant,
  revokedAt: orNull(Instant),
});
export type LinkFacts = Static<typeof LinkFacts>;

/**
 * A link, as people with an account see it. `opened`: the number of visitors. `urlsIssued`: the number of presigned URLs, without URLs of
 * small previews. `files`: null if the link opens every file of the note. `lastUrlExpiresAt`: in the past or null if no issued URL is
 * valid.
 */
export const Link = Type.Object({
  ...LinkFacts.properties,
  url: Type.String(),
  canEdit: Type.Boolean({
    description: "Whether you may edit it. Owners edit all links of their notes, and editors their own",
  }),
  noteId: Id,
  message: Type.String(),
  files: orNull(Type.Array(Type.Object({ id: Id, filename: Type.String() }))),
  urlTtlSeconds: Type.Integer(),
  notify: Notify,
  showPreviews: Type.Boolean({ description: "Whether visitors see small pictures of the files before a download" }),
  recipients: orNull(Type.Array(Type.String()), {
    description: "null for everybody who has the link. Empty if you may not edit it",
  }),
  sentTo: orNull(
    Type.Object({
      people: Type.Integer(),
      visited: Type.Integer(),
      used: Type.Integer(),
      notDelivered: Type.Integer(),
    }),
    {
      description: "How many people got the link by mail, and what they did. null if nobody, or if you may not edit it",
    },
  ),
  request: orNull(FileRequest),
  filledSlots: Type.Array(Type.String(), { description: "The ids of the slots that have a file, or get one now" }),
  lastUrlExpiresAt: orNull(Instant),
});
export type Link = Static<typeof Link>;

export const LinkPage = pageOf(Link);
export type LinkPage = Static<typeof LinkPage>;
export const ListLinksQuery = closedObject({ ...PageQuery.properties, kind: Type.Optional(LinkKind) });
export type ListLinksQuery = Static<typeof ListLinksQuery>;
export const LinkParams = Type.Object({ linkId: Id });

/** `lastUrlExpiresAt`: the expiry of the last issued URL, or null if no issued URL is valid. */
export const RevokedLink = Type.Object({ lastUrlExpiresAt: orNull(Instant) });
export type RevokedLink = Static<typeof RevokedLink>;

/**
 * The people to whom the service mails the URL of the link. A URL in `message` is not a link that they can click. Each person can send
 * mails to 50 email addresses a day.
 */
export const SendLinkBody = closedObject({
  to: Type.Array(Email, { minItems: 1, maxItems: 50 }),
  message: Type.Optional(Short(2000)),
});
export type SendLinkBody = Static<typeof SendLinkBody>;

/** A repeated request with the same key, people and message sends no second mail within a day. */
export const SendLinkHeaders = repeatHeaders("1 to 255 visible ASCII characters");

/**
 * A person who got the link by mail. A visit counts when somebody opens the URL of the mail, even after the mail was forwarded. If the link
 * lists `recipients`, a visit counts when the person proves the email address.
 *
 * - `waiting`: the service has not sent the mail yet
 * - `sent`: the mail server accepted the mail
 * - `visited`: somebody opened the page of the link with the URL of the mail
 * - `used`: somebody downloaded a file, or sent a file to a file request
 * - `not_delivered`: the mail server refused the mail, the person turned such mails off, or the link ended before the mail was sent
 */
export const LinkReceiver = Type.Object({
  id: Id,
  email: Type.String(),
  state: Type.Enum(["waiting", "sent", "visited", "used", "not_delivered"]),
  hasOldUrl: Type.Boolean({
    description: "Whether the URL of the mail no longer works, because the link has a new URL",
  }),
  queuedAt: Instant,
  sentAt: orNull(Instant),
  visitedAt: orNull(Instant),
  usedAt: orNull(Instant),
});
export type LinkReceiver = Static<typeof LinkReceiver>;
export const LinkReceiverPage = pageOf(LinkReceiver);
export type LinkReceiverPage = Static<typeof LinkReceiverPage>;

/** The people to whom the service sends the link. */
export const SentLink = Type.Object({ receivers: Type.Array(LinkReceiver) });
export type SentLink = Static<typeof SentLink>;

/**
 * The code at the end of the URL in a mail (`#to=…`), which the page of the link sends with each request. The code gives no access, and
 * only says which mail the visitor got.
 */
export const ReceiverHeaders = Type.Object({
  "link-receiver": Type.Optional(
    Type.String({ description: "The code in the URL of a mail. Any other text is ignored" }),
  ),
});

/** Accepts or rejects a quarantined file of a file request. */
export const ReviewBody = closedObject({ decision: Type.Enum(["accept", "reject"]) });
export type ReviewBody = Static<typeof ReviewBody>;

/** The token of a link, with or without a readable prefix that ends with `~`. */
export const LinkToken = Type.String({ minLength: 1, maxLength: 256 });
export const LinkTokenParams = Type.Object({ token: LinkToken });
export const LinkClaimParams = Type.Object({ token: LinkToken, claimId: Id });
export const LinkUploadParams = Type.Object({ token: LinkToken, uploadId: Id });

/** `path`: the folder of the file, such as `photos/2024/`. */
export const LinkFile = Type.Object({
  id: Id,
  filename: Type.String(),
  path: Type.Optional(Type.String()),
  sizeBytes: Type.Integer(),
  contentType: Type.String(),
  previews: Previews,
});
export type LinkFile = Static<typeof LinkFile>;

/** A file that the visitor sent for a file request. `reason`: why the service rejected the file. */
export const SentFile = Type.Object({
  uploadId: Id,
  filename: Type.String(),
  path: Type.Optional(Type.String()),
  sizeBytes: Type.Integer(),
  state: Type.Enum(["pending", "verifying", "scanning", "quarantined", "ready", "rejected", "aborted", "expired"]),
  reason: Type.Optional(Type.String()),
  rejection: Type.Optional(Rejection),
  slotId: orNull(Type.String()),
});
export type SentFile = Static<typeof SentFile>;

export const SentFiles = Type.Object({ files: Type.Array(SentFile) });
export type SentFiles = Static<typeof SentFiles>;

const OpenFileRequest = Type.Object({
  ...FileRequest.properties,
  slots: Type.Array(Type.Object({ ...LinkSlot.properties, isFilled: Type.Boolean() })),
  filesLeft: Type.Integer(),
  bytesLeft: Type.Integer(),
  sent: Type.Array(SentFile, { description: "The files that this visitor sent" }),
});

/** A locked link, which the visitor opens with a password or with a code for an email address. The response contains nothing else. */
export const LockedLink = Type.Object({ state: Type.Literal("locked"), by: Type.Enum(["password", "email"]) });
export type LockedLink = Static<typeof LockedLink>;

/**
 * An open link, as a visitor sees it. A download link has `files`, and a file request has `request`. `claim`: the valid claim of the
 * visitor. Until the `windowEndsAt` of the claim, the visitor can get more URLs without another claim.
 */
export const OpenedLink = Type.Object({
  state: Type.Literal("open"),
  kind: LinkKind,
  label: Type.String(),
  message: Type.String(),
  sharedBy: Type.String({ description: "The name of the person who made the link. Empty: that person has no name" }),
  expiresAt: orNull(Instant),
  claimsLeft: orNull(Type.Integer()),
  claim: orNull(Type.Object({ id: Id, windowEndsAt: Instant })),
  files: Type.Optional(Type.Array(LinkFile)),
  request: Type.Optional(OpenFileRequest),
  abuseContact: orNull(Type.String()),
});
export type OpenedLink = Static<typeof OpenedLink>;
export const PublicLink = Type.Union([LockedLink, OpenedLink]);
export type PublicLink = Static<typeof PublicLink>;

export const UnlockBody = closedObject({ password: Type.String({ minLength: 1, maxLength: 200 }) });
export type UnlockBody = Static<typeof UnlockBody>;

/** The service sends a code to the email address if the link lists this address. */
export const LinkCodeBody = closedObject({ email: Email });
export type LinkCodeBody = Static<typeof LinkCodeBody>;

/** `code`: 8 digits. The service ignores spaces in the code. */
export const ProveLinkEmailBody = closedObject({
  email: Email,
  code: Type.String({ pattern: "^[0-9 ]+$", minLength: 1, maxLength: 20 }),
});
export type ProveLinkEmailBody = Static<typeof ProveLinkEmailBody>;

/** The files for which the visitor requests URLs. Default: all files of the link. `disposition: "inline"` is for previews. */
const wanted = {
  attachmentIds: FileIds,
  disposition: Type.Optional(Type.Enum(["attachment", "inline"])),
  purpose: Type.Optional(
    Type.Enum(["download", "view", "zip", "renewal"], {
      description:
        "The purpose of the URLs in the activity. renewal: more URLs for the same purpose. Default: from disposition",
    }),
  ),
  preview: Type.Optional(
    Type.Literal("large", { description: "Issues URLs of the large pictures of the files, which are always inline" }),
  ),
};
export const ClaimBody = closedObject(wanted);
export type ClaimBody = Static<typeof ClaimBody>;
export const ClaimUrlsBody = closedObject(wanted);
export type ClaimUrlsBody = Static<typeof ClaimUrlsBody>;

const ClaimUrl = Type.Object({
  attachmentId: Id,
  fileUrl: Type.String(),
  expiresIn: Type.Integer(),
  expiresAt: Instant,
  sha256: Type.Optional(
    Type.String({ description: "The SHA-256 of the file in base64, if the service has verified it" }),
  ),
});

/** The body of `POST /public/links/:token/previews`, which requests URLs of small previews. */
export const LinkPreviewsBody = closedObject({ attachmentIds: Type.Array(Id, { minItems: 1, maxItems: 100 }) });
export type LinkPreviewsBody = Static<typeof LinkPreviewsBody>;

/** Has a URL or an error code for each id, in the order of the request. */
export const LinkPreviewUrls = Type.Object({
  urls: Type.Array(
    Type.Object({
      attachmentId: Id,
      fileUrl: Type.Optional(Type.String()),
      expiresAt: Type.Optional(Instant),
      code: Type.Optional(Type.Enum(["attachment_not_found", "preview_not_found"])),
    }),
  ),
});
export type LinkPreviewUrls = Static<typeof LinkPreviewUrls>;

/** A claim (one use of the link) with its URLs. Until `windowEndsAt`, the same visitor can get more URLs without another claim. */
export const LinkClaim = Type.Object({ claimId: Id, windowEndsAt: Instant, urls: Type.Array(ClaimUrl) });
export type LinkClaim = Static<typeof LinkClaim>;

/** The body that starts an upload for a file request. `slotId`: required if the file request has slots. */
export const SendFileBody = closedObject({
  ...StartUploadBody.properties,
  slotId: Type.Optional(Type.String({ maxLength: 40 })),
  visitorName: Type.Optional(Short(100)),
});
export type SendFileBody = Static<typeof SendFileBody>;
