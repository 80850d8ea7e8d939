import type { BucketCapabilities } from "../../domain/bucket-capabilities.ts";
import type { Bucket } from "./bucket.ts";
import type { Database } from "./database.ts";
import type { Scanner } from "./scanner.ts";

export type * from "./access.ts";
export type * from "./api-tokens.ts";
export type * from "./attachments.ts";
export type * from "./audit.ts";
export type * from "./bucket.ts";
export type * from "./bucket-capabilities.ts";
export type * from "./content-checks.ts";
export type * from "./database.ts";
export type * from "./inventory.ts";
export type * from "./notes.ts";
export type * from "./object-deletions.ts";
export type * from "./page.ts";
export type * from "./people.ts";
export type * from "./scanner.ts";
export type * from "./shares.ts";
export type * from "./uploads.ts";
export type * from "./usage.ts";

/** Time and chance, passed in so that the core is a function of its inputs. */
export type Clock = () => number;
export type NewId = () => string;

export type Limits = {
  urlTtlDefaultSeconds: number;
  urlTtlMaxSeconds: number;
  uploadMaxBytes: number;
  /** A larger file is uploaded in parts. */
  singlePutMaxBytes: number;
  /** How long a signed PUT lives, of a file or a part. Seconds. */
  uploadTtlSeconds: number;
  /** How long an upload in parts may take. Seconds. */
  multipartTtlSeconds: number;
  /** A file that has to be read whole to be verified, and is no larger, is verified within the request that completes it. */
  checkInRequestMaxBytes: number;
  /** What the files on one person's notes may take up together. Default: no limit. */
  userQuotaBytes?: number | undefined;
  /** How many they may be. Default: no limit. */
  userQuotaFiles?: number | undefined;
};

export type Deps = {
  db: Database;
  bucket: Bucket;
  clock: Clock;
  newId: NewId;
  limits: Limits;
  /** What is known of the bucket at this moment. */
  capabilities: () => BucketCapabilities;
  /** 256 random bits, base64url. */
  newSecret: () => string;
  /** Told after a commit that queued object deletions, so that they need not wait for the next sweep. */
  onDeletionsQueued: () => void;
  /** Undefined: files are not scanned. `tooLarge`: what becomes of a file that the scanner does not look at whole. */
  scanning: { scanner: Scanner; tooLarge: "reject" | "accept" } | undefined;
  /** Told after a commit that queued a check of content. */
  onChecksQueued: () => void;
};
