import type { Readable } from "node:stream";
import type { Disposition } from "./serving.ts";

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

/** An object in a list. `modifiedAt`: the time by the bucket's clock, or Infinity if the bucket reports no time. */
export type ListedObject = { objectKey: string; sizeBytes: number; modifiedAt: number };
/**
 * A multipart upload that was neither completed nor aborted. `begunAt`: the time by the bucket's clock, or Infinity if the bucket reports
 * no time.
 */
export type UnfinishedMultipart = MultipartPlace & { begunAt: number };

/** The bucket. If the bucket is down, calls that need its response reject with `bucket_unavailable` within a few seconds. */
export type Bucket = {
  /** The scheme, host and port of the signed URLs for uploads. */
  readonly urlOrigin: string;
  /** The scheme, host and port of the download URLs. With a CDN, `downloadOrigin` differs from `urlOrigin`. */
  readonly downloadOrigin: string;
  /** Returns a new key under the prefix of the service. The key contains the time and 128 random bits, but no part of the filename. */
  newObjectKey(): string;
  /**
   * Signs a download URL, with the content type and disposition that `safeServing` allows. The URL expires earlier than requested if the
   * credentials expire earlier, and it can expire earlier with a cache window. If the credentials are cached, returns the URL directly and
   * not a promise.
   */
  presignGet(options: {
    objectKey: string;
    filename: string;
    contentType: string;
    disposition: Disposition;
    expiresInSeconds: number;
    now: number;
    /**
     * The length of a time window in which all calls return the same URL. At most half of `expiresInSeconds`. Default: each call returns a
     * new URL.
     */
    cacheWindowSeconds?: number | undefined;
    /** The IPv4 address of the client, if the CDN binds each URL to the IP address of one client. */
    clientIp?: string | undefined;
  }): SignedUrl | Promise<SignedUrl>;
  /**
   * Signs a PUT with the size, type and checksum of the body, so the bucket refuses any other body.
   * `onlyOnce` also signs the condition `If-None-Match: *`, so the bucket refuses a second PUT. A bucket that does not support the
   * condition refuses every PUT with it.
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
  /** Starts a multipart upload. Returns the id that the bucket gives to this upload. */
  createMultipart(options: { objectKey: string; contentType: string }): Promise<string>;
  /** Signs the PUT of one part with the size of the part, so the bucket refuses a body of another size. */
  presignPart(
    options: MultipartPlace & { partNumber: number; sizeBytes: number; expiresInSeconds: number; now: number },
  ): Promise<SignedRequest>;
  /** Lists the stored parts in the order of their numbers. Returns undefined if there is no such upload, or if the upload has ended. */
  listParts(place: MultipartPlace): Promise<StoredPart[] | undefined>;
  /**
   * Assembles the parts into one object. No other object may have the key.
   * - done: the parts are assembled, or the upload had already ended. The object in the bucket shows which of the two happened.
   * - parts_changed: a part has changed since it was listed
   */
  completeMultipart(
    options: MultipartPlace & { parts: readonly Pick<StoredPart, "partNumber" | "etag">[] },
  ): Promise<"done" | "parts_changed">;
  /** Aborts a multipart upload and deletes its parts. Idempotent. */
  abortMultipart(place: MultipartPlace): Promise<void>;
  /**
   * Streams a body of unknown length into the bucket, in constant memory. Reuses the memory of the body's chunks, so the caller must not
   * use the chunks afterwards.
   * Rejects with `file_too_large` if the body is longer than `maxBytes`. If the call rejects, the bucket contains no object. All people who
   * upload at the same time get a fair share of the memory. `userId`: the person who uploads.
   */
  store(options: {
    userId?: string;
    objectKey: string;
    contentType: string;
    body: Readable;
    maxBytes: number;
  }): Promise<{ sizeBytes: number; checksum: Checksum }>;
  /** Reads the metadata of an object. Returns undefined if there is no such object. */
  head(objectKey: string): Promise<StoredObject | undefined>;
  /**
   * Returns whether the bucket can read all bytes of an object. Returns true for a missing object. The built-in bucket checks this by
   * reading some bytes of each blob of the object.
   */
  canRead(objectKey: string): Promise<boolean>;
  /** Reads at most `length` bytes from the start of an object. Returns undefined if there are no bytes or no ETag. */
  readStart(objectKey: string, options: { length: number }): Promise<{ etag: string; bytes: Uint8Array } | undefined>;
  /**
   * Reads an object. The caller must read the stream to its end, or destroy it. Returns undefined if the object is missing or has another
   * ETag.
   * The stream fails with `bucket_unavailable` when the bucket sends no more data, when the data ends early, or when the signal aborts.
   */
  read(objectKey: string, options: { etag: string; signal?: AbortSignal | undefined }): Promise<Readable | undefined>;
  /** Reads an object and computes the SHA-256 of its bytes, in constant memory. For buckets that store no SHA-256. */
  computeChecksum(objectKey: string): Promise<Checksum>;
  /**
   * Copies an object of any size within the bucket. If the object is missing or has another ETag, copies nothing and returns "changed". The
   * caller must verify the copy, because some servers do not compare ETags, and no server compares the ETag of a multipart object.
   * `dropsHeaders`: the copy has the given type, and no other header of the object, such as Content-Encoding. Default: a small copy keeps
   * the headers, so that a check of the copy finds them.
   */
  copy(options: {
    from: string;
    to: string;
    etag?: string | undefined;
    dropsHeaders?: boolean;
    sizeBytes: number;
    contentType: string;
  }): Promise<"done" | "changed">;
  /** Deletes objects. Returns the keys that now have no object, also those that had none before. */
  delete(objectKeys: readonly string[]): Promise<string[]>;
  /** Aborts the unfinished multipart uploads to these keys. */
  discardParts(objectKeys: readonly string[]): Promise<void>;
  /**
   * Lists all objects under the prefix of the service, in the order of the UTF-8 bytes of their keys. Pages are never empty. `pageSize`: 1
   * to 1,000. Default: 1,000.
   */
  listObjects(options?: { pageSize: number }): AsyncIterable<ListedObject[]>;
  /**
   * Lists the unfinished multipart uploads under the prefix of the service, in pages of at most 1,000. If the bucket cannot list them,
   * there are no pages.
   */
  listMultiparts(): AsyncIterable<UnfinishedMultipart[]>;
  /** Returns whether `newObjectKey` could have made this key. */
  isOwnKey(objectKey: string): boolean;
  /** Resolves when the bucket responds. Rejects with `bucket_unavailable`. */
  probe(): Promise<void>;
  /** Probes the capabilities of the bucket. Writes tiny objects under these new keys, and the caller deletes the objects afterwards. */
  tryCapabilities(objectKeys: readonly [string, string, string]): Promise<BucketCapabilities>;
  /** Returns the object key in an S3 URL. Throws `invalid_request` for a URL outside this bucket. */
  objectKeyOf(s3Url: string): string;
  close(): void;
};

/** The checksum of the whole file, encoded in base64 as in S3. */
export type Checksum = { algorithm: "SHA256"; value: string };

/** The names of the capabilities in the log. The comments say what a bucket with this capability does. */
const NAMES = {
  /** The bucket refuses a PUT with `If-None-Match: *` if the object exists. */
  conditionalPut: "conditional PUT",
  /** The bucket refuses a CompleteMultipartUpload with `If-None-Match: *` if the object exists. */
  conditionalComplete: "conditional completion",
  /** The bucket refuses a part if the multipart upload is already complete. */
  partsDie: "parts end with their upload",
  signedLength: "signed length",
  signedType: "signed type",
  /** The bucket stores the content type of the upload request. */
  storedType: "stored type",
  signedSha256: "signed SHA-256",
  /** The bucket refuses `x-amz-*` headers that the signature does not cover. An uncovered header could turn a PUT into a copy. */
  unsignedHeaders: "unsigned headers refused",
  copy: "copy",
} as const;
const KEYS = Object.keys(NAMES) as (keyof typeof NAMES)[];

/** The capabilities that a probe has found in a bucket. */
export type BucketCapabilities = Record<keyof typeof NAMES, boolean>;

/** The service assumes these capabilities before the first probe. With them, uploads are safe on every S3 server. */
export const LEAST_CAPABILITIES = Object.fromEntries(KEYS.map((name) => [name, false])) as BucketCapabilities;

/** Describes the capabilities in one line for the log. */
export function describeCapabilities(capabilities: BucketCapabilities): string {
  return `bucket: ${KEYS.map((name) => `${NAMES[name]} ${capabilities[name] ? "yes" : "no"}`).join(", ")}`;
}

/** Parses stored capabilities. Returns undefined if a capability is missing, for example because an earlier version did not know it. */
export function parseCapabilities(stored: unknown): BucketCapabilities | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const values = stored as Record<string, unknown>;
  if (!KEYS.every((name) => typeof values[name] === "boolean")) return undefined;
  return Object.fromEntries(KEYS.map((name) => [name, values[name]])) as BucketCapabilities;
}
