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
  /** The rules that administrators can change. The member `limits` always contains the current values of the policy. */
  policy: LivePolicy;
  /** The issuers whose JWTs the service accepts. */
  jwtIssuers: readonly JwtIssuer[];
  /** Returns the currently known capabilities of the bucket that has this object key. */
  capabilities: (objectKey: string) => BucketCapabilities;
  /** Returns 256 random bits in base64url. */
  newSecret: () => string;
  /** Call it after a commit that queued object deletions, so that they do not wait for the next sweep. */
  onDeletionsQueued: () => void;
  /** The virus scanner. `tooLarge`: what happens to a file that is too large for it. Undefined: files are not scanned. */
  scanning: { scanner: Scanner; tooLarge: "reject" | "accept" } | undefined;
  /** Older events are exported to `archive`, and then deleted. Undefined: audit events are never deleted. */
  auditRetention?: { days: number; archive: { append(events: readonly object[]): Promise<void> } } | undefined;
  linkKeys: LinkKeys;
  /**
   * If `mail` is undefined, the service sends no mails. The member `publicUrl` is the origin of the links in mails. `brand`: the look of
   * the mails. The caller must call `onQueued` after a commit that queued a mail.
   */
  mail?: { mailer: Mailer; publicUrl: string; brand?: Pick<Brand, "name" | "color">; onQueued: () => void } | undefined;
  /** If `webhooks` is undefined, the process sends no webhooks. The caller must call `onQueued` when a delivery is due immediately. */
  webhooks?: { allowsLoopback: boolean; onQueued: () => void } | undefined;
  /** The caller must call `onVerificationQueued` after a commit that queued a verification. */
  onVerificationQueued: () => void;
  /** The caller must call `onUploadEnded` after a commit that ended an upload, with the outcome of the upload. */
  onUploadEnded: (outcome: UploadOutcome) => void;
};
