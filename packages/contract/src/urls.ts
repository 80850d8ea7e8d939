import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { Id, Instant } from "./common.ts";

/** Seconds. The service checks the range (1 to URL_TTL_MAX). This schema does not, so that the error text can contain the range. */
const ExpiresIn = Type.Optional(Type.String());
const Disposition = Type.Enum(["attachment", "inline"], { default: "attachment" });

/** The purpose of a URL, for the audit event. The purpose does not change who has access. */
export const UrlPurpose = Type.Enum(["download", "view", "thumbnail", "zip", "renewal"], {
  description:
    "The purpose in the audit event. It changes no access. Default: view for an inline URL, download for any other. " +
    "thumbnail: for a small picture. zip: for a ZIP. renewal: replaces an expired URL",
});
export type UrlPurpose = Static<typeof UrlPurpose>;

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
});
export type UrlQuery = Static<typeof UrlQuery>;

export const FileUrl = Type.Object({ fileUrl: Type.String(), expiresIn: Type.Integer(), expiresAt: Instant });
export type FileUrl = Static<typeof FileUrl>;

export const FileUrlsBody = closedObject({
  attachmentIds: Type.Array(Id, { minItems: 1, maxItems: 1000 }),
  expiresIn: Type.Optional(Type.Number()),
  purpose: Type.Optional(UrlPurpose),
});
export type FileUrlsBody = Static<typeof FileUrlsBody>;

/** One result for each id, in the order of the request: a URL or an error code. */
export const FileUrls = Type.Object({
  urls: Type.Array(
    Type.Object({
      attachmentId: Id,
      fileUrl: Type.Optional(Type.String()),
      expiresAt: Type.Optional(Instant),
      code: Type.Optional(
        Type.Enum(["attachment_not_found", "access_denied", "attachment_not_ready", "expires_in_out_of_range"]),
      ),
    }),
  ),
});
export type FileUrls = Static<typeof FileUrls>;
