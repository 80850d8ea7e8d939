import type { BucketCapabilities } from "../../domain/bucket-capabilities.ts";
import type { LinkPolicy } from "../../domain/link.ts";
import type { JwtIssuer } from "../../domain/person.ts";
import type { LinkKeys } from "../links/keys.ts";
import type { AuditArchive } from "./audit.ts";
import type { Bucket } from "./bucket.ts";
import type { Database } from "./database.ts";
import type { Mailer } from "./mailer.ts";
import type { LivePolicy } from "./policy.ts";
import type { Scanner } from "./scanner.ts";

export type * from "./access.ts";
export type * from "./access-requests.ts";
export type * from "./access-summaries.ts";
export type * from "./account-deletions.ts";
export type * from "./account-invitations.ts";
export type * from "./accounts.ts";
export type * from "./administration.ts";
export type * from "./adoptions.ts";
export type * from "./api-tokens.ts";
export type * from "./application.ts";
export type * from "./attachments.ts";
export type * from "./audit.ts";
export type * from "./bucket.ts";
export type * from "./bucket-capabilities.ts";
export type * from "./callers.ts";
export type * from "./changes.ts";
export type * from "./credentials.ts";
export type * from "./database.ts";
export type * from "./disabled-users.ts";
export type * from "./file-events.ts";
export type * from "./identities.ts";
export type * from "./inventory.ts";
export type * from "./invitations.ts";
export type * from "./items.ts";
export type * from "./limit-counts.ts";
export type * from "./link-recipients.ts";
export type * from "./link-visits.ts";
export type * from "./links.ts";
export type * from "./mail-preferences.ts";
export type * from "./mailer.ts";
export type * from "./mails.ts";
export type * from "./notes.ts";
export type * from "./object-deletions.ts";
export type * from "./page.ts";
export type * from "./passkeys.ts";
export type * from "./people.ts";
export type * from "./policy.ts";
export type * from "./queues.ts";
export type * from "./scanner.ts";
export type * from "./search-index.ts";
export type * from "./second-factors.ts";
export type * from "./shares.ts";
export type * from "./trash.ts";
export type * from "./uploads.ts";
export type * from "./usage.ts";
export type * from "./verifications.ts";
export type * from "./visitor-files.ts";
export type * from "./webhooks.ts";

/** Milliseconds since the epoch. */
export type Clock = () => number;
export type NewId = () => string;

/**
 * The maximum rate of one person on one replica. `perSecond`: the rate over a longer time. `burst`: the maximum number at once, after a
 * pause.
 */
export type RateLimit = { perSecond: number; burst: number };

export type Limits = {
  urlTtlDefaultSeconds: number;
  urlTtlMaxSeconds: number;
  /** The longest expiry that a person who is not the owner may request for a URL. Seconds. */
  urlTtlMaxSharedSeconds: number;
  uploadMaxBytes: number;
  /** The largest file for one PUT. A larger file is sent as a multipart upload. Bytes. */
  singlePutMaxBytes: number;
  /** How long a signed PUT of a file or a part is valid. Seconds. */
  uploadTtlSeconds: number;
  /** How long a multipart upload may take from start to completion. Seconds. */
  multipartTtlSeconds: number;
  /** The maximum number of pending uploads of one user. */
  userPendingUploads: number;
  /** The maximum number of pending uploads on one note. */
  notePendingUploads: number;
  /** The service verifies a file after the HTTP request if the file is larger than this and the service must read its bytes. Bytes. */
  verifyInRequestMaxBytes: number;
  /** The maximum size of all files on the notes of one user. Bytes. Default: no limit. */
  userQuotaBytes?: number | undefined;
  /** The maximum number of files on the notes of one user. Default: no limit. */
  userQuotaFiles?: number | undefined;
  /** How many download URLs one user may request. Default: no limit. */
  urlRate?: RateLimit | undefined;
  /** How many uploads one user may start. Default: no limit. */
  uploadRate?: RateLimit | undefined;
  /** How long deleted notes and files stay in the trash. Days. 0: there is no trash, and a deletion is permanent. */
  trashDays: number;
  links: LinkPolicy;
};

export type UploadOutcome = "ready" | "rejected" | "aborted" | "expired";

export type Deps = {
  db: Database;
  bucket: Bucket;
  clock: Clock;
  newId: NewId;
  limits: Limits;
  /** The rules that administrators can change. `limits` always contains the current values of these rules. */
  policy: LivePolicy;
  /** The issuers whose JWTs the service accepts. */
  jwtIssuers: readonly JwtIssuer[];
  /** Returns the capabilities of the bucket, as far as the service knows them now. */
  capabilities: () => BucketCapabilities;
  /** Returns 256 random bits, base64url. */
  newSecret: () => string;
  /** Call this after a commit that queued object deletions, so that the deletions do not wait for the next sweep. */
  onDeletionsQueued: () => void;
  /**
   * Undefined: the service does not scan files. `tooLarge`: whether the service rejects or accepts a file that is too large for the
   * scanner.
   */
  scanning: { scanner: Scanner; tooLarge: "reject" | "accept" } | undefined;
  /**
   * The service exports audit events that are older than `days` to `archive`, and then deletes them. Undefined: it never deletes audit
   * events.
   */
  auditRetention?: { days: number; archive: AuditArchive } | undefined;
  linkKeys: LinkKeys;
  /**
   * Undefined: the service sends no mails. `publicUrl`: the origin of the links in mails. `onQueued`: call this after a commit that queued
   * a mail.
   */
  mail?: { mailer: Mailer; publicUrl: string; onQueued: () => void } | undefined;
  /** Undefined: this process sends no webhooks. `onQueued`: call this when a delivery is due immediately. */
  webhooks?: { allowsLoopback: boolean; onQueued: () => void } | undefined;
  /** Call this after a commit that queued a verification. */
  onVerificationQueued: () => void;
  /** Call this after a commit that ended an upload, with the outcome of the upload. */
  onUploadEnded: (outcome: UploadOutcome) => void;
};
