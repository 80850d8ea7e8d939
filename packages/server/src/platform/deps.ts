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
  /** The rules that administrators can change. `limits` always has the current values of these rules. */
  policy: LivePolicy;
  jwtIssuers: readonly JwtIssuer[];
  /** Returns the currently known capabilities of the bucket that contains this object key. */
  capabilities: (objectKey: string) => BucketCapabilities;
  /** Returns 256 random bits in base64url. */
  newSecret: () => string;
  /** Must be called after a commit that queued object deletions, so that the deletions do not wait for the next sweep. */
  onDeletionsQueued: () => void;
  /** The virus scanner. `tooLarge`: what happens to a file that is too large for the scanner. Undefined: files are not scanned. */
  scanning: { scanner: Scanner; tooLarge: "reject" | "accept" } | undefined;
  /**
   * The service exports audit events that are older than `days` days to `archive`, and then deletes them. Undefined: audit events are never
   * deleted.
   */
  auditRetention?: { days: number; archive: { append(events: readonly object[]): Promise<void> } } | undefined;
  linkKeys: LinkKeys;
  /**
   * `publicUrl`: the origin of the links in mails. `brand`: the look of the mails. `onQueued`: must be called after a commit that queued a
   * mail. Undefined: the service sends no mails.
   */
  mail?: { mailer: Mailer; publicUrl: string; brand?: Pick<Brand, "name" | "color">; onQueued: () => void } | undefined;
  /** `onQueued`: must be called when a delivery is due immediately. Undefined: the process sends no webhooks. */
  webhooks?: { allowsLoopback: boolean; onQueued: () => void } | undefined;
  /** Must be called after a commit that queued a verification. */
  onVerificationQueued: () => void;
  /** Must be called after a commit that ended an upload, with the outcome of the upload. */
  onUploadEnded: (outcome: UploadOutcome) => void;
};
