import type { Readable } from "node:stream";
import type { Disposition } from "./download-headers.ts";

/** A multipart upload in the bucket. Clients see `bucketUploadId` only as a part of a signed URL. */
export type MultipartPlace = { objectKey: string; bucketUploadId: string };
export type StoredPart = { partNumber: number; etag: string; sizeBytes: number };

export type SignedUrl = { url: string; expiresAt: number };
export type SignedRequest = SignedUrl & { method: string; headers: Record<string, string> };

export type StoredObject = {
  sizeBytes: number;
  contentType: string;
  etag: string;
  checksum: Checksum | undefined;
  /**
   * The names of stored headers that the service never sets, such as `Content-Encoding`. The bucket would send these headers with each
   * download.
   */
  undeclaredHeaders: readonly string[];
};

/**
 * An object in a list of the bucket. `modifiedAt`: the time of the last change on the bucket's clock, or Infinity if the bucket reports no
 * time. `isDamaged`: always false if the caller did not set `findsDamage`.
 */
export type ListedObject = { objectKey: string; sizeBytes: number; modifiedAt: number; isDamaged: boolean };
/**
 * A multipart upload that was neither completed nor aborted. `begunAt`: the time of the start on the bucket's clock, or Infinity if the
 * bucket reports no time.
 */
export type UnfinishedMultipart = MultipartPlace & { begunAt: number };

/**
 * The interface of a bucket. While the bucket is unavailable, calls that need its response reject with `bucket_unavailable` within a few
 * seconds.
 */
export type Bucket = {
  /** The origin (scheme, host and port) of signed URLs for uploads. */
  readonly urlOrigin: string;
  /** The origin of download URLs. With a CDN, `downloadOrigin` differs from `urlOrigin`. */
  readonly downloadOrigin: string;
  /** The origins of all signed URLs. During a bucket move, there are two buckets. */
  readonly origins: readonly string[];
  /**
   * Returns a new object key under the key prefix. The key contains the time and 128 random bits, but no part of the filename. `beside`:
   * the key of an object whose bucket and place the new key shares, for a copy of the object. `place`: the place of the new key, or empty
   * for no place. A place can begin with the mark of a bucket, such as `bucket:2/tenants/acme`.
   */
  newObjectKey(beside?: string, place?: string): string;
  /** Returns the keys at which the other buckets of the service may have a copy of the object. */
  copiesOf(objectKey: string): string[];
  /**
   * Signs a download URL, with the content type and the disposition that `safeServing` allows. The URL expires earlier than requested if
   * the credentials expire earlier, and may expire earlier with a cache window. With cached credentials, returns the URL directly, not as a
   * promise.
   */
  presignGet(options: {
    objectKey: string;
    filename: string;
    contentType: string;
    disposition: Disposition;
    expiresInSeconds: number;
    now: number;
    /** The time window in which all calls return the same URL, at most half of `expiresInSeconds`. Default: each call returns a new URL. */
    cacheWindowSeconds?: number | undefined;
    /** The IPv4 address of the client, if the CDN binds each URL to one IP address. */
    clientIp?: string | undefined;
  }): SignedUrl | Promise<SignedUrl>;
  /**
   * Signs a PUT with the size, type and checksum of the body, so the bucket refuses any other body. `onlyOnce`: also signs the condition
   * `If-None-Match: *`, so the bucket refuses a second PUT. A bucket that does not support this condition refuses every such PUT.
   */
  presignPut(options: {
    objectKey: string;
    contentType: string;
    sizeBytes: number;
    checksum: Checksum | undefined;
    onlyOnce: boolean;
    expiresInSeconds: number;
    now: number;
  }): Promise<SignedRequest>;
  /** Starts a multipart upload in the bucket, and returns its id. */
  createMultipart(options: { objectKey: string; contentType: string }): Promise<string>;
  /** Signs the PUT of one part with its size, so the bucket refuses a part of another size. */
  presignPart(
    options: MultipartPlace & { partNumber: number; sizeBytes: number; expiresInSeconds: number; now: number },
  ): Promise<SignedRequest>;
  /** Lists the stored parts of an upload, in the order of their numbers. Returns undefined if the upload does not exist or has ended. */
  listParts(place: MultipartPlace): Promise<StoredPart[] | undefined>;
  /**
   * Assembles the parts into one object.
   * - done: the parts are assembled, or the upload had already ended. The object in the bucket shows whether the parts are assembled.
   * - parts_changed: a part has changed since the list of parts
   */
  completeMultipart(
    options: MultipartPlace & { parts: readonly Pick<StoredPart, "partNumber" | "etag">[] },
  ): Promise<"done" | "parts_changed">;
  /** Aborts a multipart upload and deletes its parts. A repeated call has no further effect. */
  abortMultipart(place: MultipartPlace): Promise<void>;
  /**
   * Streams a body of unknown length into the bucket, in constant memory. The memory of the chunks is reused, so the caller must not use
   * the chunks afterwards. Rejects with `file_too_large` if the body is longer than `maxBytes`. After a rejection, the bucket contains no
   * object. All people with running uploads get a fair share of the memory. `userId`: the id of the person who uploads. `sizeBytes`: the
   * expected size. Without `sizeBytes`, the parts have 5 MiB, so the body can have at most 48 GiB.
   */
  store(options: {
    userId?: string;
    objectKey: string;
    contentType: string;
    body: Readable;
    maxBytes: number;
    sizeBytes?: number;
  }): Promise<{ sizeBytes: number; checksum: Checksum }>;
  /** Reads the metadata of an object. Returns undefined if the object does not exist. */
  head(objectKey: string): Promise<StoredObject | undefined>;
  /**
   * Reads the metadata of an object and at most `maxBytes` of its bytes in one request. Returns undefined if the object does not exist. The
   * result has no checksum if the bucket returns checksums only for HEAD requests.
   */
  readSmall(
    objectKey: string,
    options: { maxBytes: number },
  ): Promise<(StoredObject & { bytes: Uint8Array }) | undefined>;
  /** Reads at most `length` bytes from the start of an object. Returns undefined if the object is empty or has no ETag. */
  readStart(objectKey: string, options: { length: number }): Promise<{ etag: string; bytes: Uint8Array } | undefined>;
  /**
   * Reads an object. Returns undefined if the object is missing or has another ETag. The caller must read the stream to its end, or destroy
   * it. The stream fails with `bucket_unavailable` if the bucket stops sending, if the data ends early, or if the signal aborts.
   */
  read(objectKey: string, options: { etag: string; signal?: AbortSignal | undefined }): Promise<Readable | undefined>;
  /** Reads an object in constant memory to compute the SHA-256 of its bytes, for buckets that store no SHA-256. */
  computeChecksum(objectKey: string): Promise<Checksum>;
  /**
   * Copies an object of any size, within the bucket or to another bucket of the service. Returns "changed" and copies nothing if the object
   * is missing or has another ETag. The caller must verify the copy, because some servers do not compare ETags, and no server compares the
   * ETag of a multipart object. `dropsHeaders`: the copy has the given content type, but no other stored header of the object, such as
   * Content-Encoding. By default, a small copy keeps the stored headers, so that a check of the copy finds them.
   */
  copy(options: {
    from: string;
    to: string;
    etag?: string | undefined;
    dropsHeaders?: boolean;
    sizeBytes: number;
    contentType: string;
  }): Promise<"done" | "changed">;
  /** Deletes objects. Returns all keys that now have no object, including keys that had no object before. */
  delete(objectKeys: readonly string[]): Promise<string[]>;
  /** Aborts the unfinished multipart uploads of the given keys. */
  discardParts(objectKeys: readonly string[]): Promise<void>;
  /**
   * Lists all objects under the key prefix, in the order of the UTF-8 bytes of their keys. No page is empty. `pageSize`: 1 to 1,000,
   * default: 1,000. `findsDamage`: the built-in bucket checks that the disk has all bytes of each object. Other buckets ignore
   * `findsDamage`.
   */
  listObjects(options?: { pageSize?: number; findsDamage?: boolean }): AsyncIterable<ListedObject[]>;
  /**
   * Lists the unfinished multipart uploads below the key prefix, in pages of at most 1,000. Yields no page if the bucket cannot list such
   * uploads.
   */
  listMultiparts(): AsyncIterable<UnfinishedMultipart[]>;
  isOwnKey(objectKey: string): boolean;
  /** Resolves if the bucket responds. Rejects with `bucket_unavailable`. */
  probe(): Promise<void>;
  /** Tests the capabilities of the bucket with tiny objects under three new keys. The caller deletes these objects. */
  tryCapabilities(objectKeys: readonly [string, string, string]): Promise<BucketCapabilities>;
  /** Returns the object key in an S3 URL. Returns a key unchanged. Throws `invalid_request` for a URL outside of the bucket. */
  objectKeyOf(s3UrlOrKey: string): string;
  close(): void;
};

/** The checksum of the whole file, encoded in base64 as in S3. */
export type Checksum = { algorithm: "SHA256"; value: string };

/** The names of the capabilities in the log. Each comment says what a bucket with this capability does. */
const NAMES = {
  /** The bucket refuses a PUT with `If-None-Match: *` if the object exists. */
  conditionalPut: "conditional PUT",
  /** The bucket refuses a CompleteMultipartUpload with `If-None-Match: *` if the object exists. */
  conditionalComplete: "conditional completion",
  /** The bucket refuses a part after the multipart upload is complete. */
  partsDie: "parts end with their upload",
  signedLength: "signed length",
  signedType: "signed type",
  /** The bucket stores the content type of the upload request. */
  storedType: "stored type",
  signedSha256: "signed SHA-256",
  /** The bucket refuses `x-amz-*` headers that are not signed. Such a header could turn a PUT into a copy of another object. */
  unsignedHeaders: "unsigned headers refused",
  copy: "copy",
} as const;
const KEYS = Object.keys(NAMES) as (keyof typeof NAMES)[];

export type BucketCapabilities = Record<keyof typeof NAMES, boolean>;

/** The capabilities that the service assumes before the first probe. With the least capabilities, uploads are safe on every S3 server. */
export const LEAST_CAPABILITIES = Object.fromEntries(KEYS.map((name) => [name, false])) as BucketCapabilities;

export function describeCapabilities(capabilities: BucketCapabilities, bucket = "bucket"): string {
  return `${bucket}: ${KEYS.map((name) => `${NAMES[name]} ${capabilities[name] ? "yes" : "no"}`).join(", ")}`;
}

/** Parses stored capabilities. Returns undefined if a capability is missing, for example because an earlier version did not know it. */
export function parseCapabilities(stored: unknown): BucketCapabilities | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const values = stored as Record<string, unknown>;
  if (!KEYS.every((name) => typeof values[name] === "boolean")) return undefined;
  return Object.fromEntries(KEYS.map((name) => [name, values[name]])) as BucketCapabilities;
}
