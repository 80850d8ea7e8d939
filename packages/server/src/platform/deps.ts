import type { AuditArchive } from "../features/audit/audit-port.ts";
import type { LinkPolicy } from "../features/links/link.ts";
import type { JwtIssuer } from "../features/people/person.ts";
import type { LivePolicy } from "../features/policy/policy-port.ts";
import type { BucketCapabilities } from "./bucket/capabilities.ts";
import type { Bucket } from "./bucket/port.ts";
import type { LinkKeys } from "./crypto/link-keys.ts";
import type { Database } from "./database/port.ts";
import type { Mailer } from "./mailer/port.ts";
import type { Scanner } from "./scanner/port.ts";

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
