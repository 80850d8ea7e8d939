import type { Bucket, BucketCapabilities } from "./bucket/port.ts";
import type { Clock, NewId } from "./clock.ts";
import type { Brand } from "./config/brand.ts";
import type { Limits } from "./config/limits.ts";
import type { LinkKeys } from "./crypto/link-token.ts";
import type { Database } from "./database/queries.ts";
import type { JwtIssuer } from "./database/unions.ts";
import type { Mailer } from "./mailer/smtp.ts";
import type { LivePolicy } from "./policy.ts";
import type { Scanner } from "./scanner/clamd.ts";

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
  auditRetention?: { days: number; archive: { append(events: readonly object[]): Promise<void> } } | undefined;
  linkKeys: LinkKeys;
  /**
   * Undefined: the service sends no mails. `publicUrl`: the origin of the links in mails. `brand`: the look of the mails. `onQueued`: call
   * this after a commit that queued a mail.
   */
  mail?: { mailer: Mailer; publicUrl: string; brand?: Pick<Brand, "name" | "color">; onQueued: () => void } | undefined;
  /** Undefined: this process sends no webhooks. `onQueued`: call this when a delivery is due immediately. */
  webhooks?: { allowsLoopback: boolean; onQueued: () => void } | undefined;
  /** Call this after a commit that queued a verification. */
  onVerificationQueued: () => void;
  /** Call this after a commit that ended an upload, with the outcome of the upload. */
  onUploadEnded: (outcome: UploadOutcome) => void;
};
