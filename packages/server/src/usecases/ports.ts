import type { BucketCapabilities } from "../domain/bucket-capabilities.ts";
import type { Bucket } from "./ports/bucket.ts";
import type { Database } from "./ports/database.ts";
import type { Scanner } from "./ports/scanner.ts";

export type * from "./ports/bucket.ts";
export type * from "./ports/database.ts";
export type * from "./ports/scanner.ts";

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
  /** Told after a commit that recorded a signed form, for whose file somebody has to look. */
  onFormSigned: () => void;
};
