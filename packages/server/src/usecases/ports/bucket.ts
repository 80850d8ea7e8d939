import type { Readable } from "node:stream";
import type { Checksum } from "../../domain/attachment.ts";
import type { BucketCapabilities } from "../../domain/bucket-capabilities.ts";
import type { Disposition } from "../../domain/serving.ts";

/** A multipart upload in the bucket. `bucketUploadId` leaves the server only inside a signed URL. */
export type MultipartPlace = { objectKey: string; bucketUploadId: string };
export type StoredPart = { partNumber: number; etag: string; sizeBytes: number };

export type SignedUrl = { url: string; expiresAt: number };
export type SignedRequest = SignedUrl & { method: string; headers: Record<string, string> };

export type StoredObject = {
  sizeBytes: number;
  contentType: string;
  etag: string;
  checksum: Checksum | undefined;
  /** The names of stored headers that the service never sets, such as `Content-Encoding`. The bucket would send them to readers. */
  undeclaredHeaders: readonly string[];
};

/** `modifiedAt` is a time of the bucket's clock. Infinity if the bucket reports no time. */
export type ListedObject = { objectKey: string; sizeBytes: number; modifiedAt: number };
/** `begunAt` is a time of the bucket's clock. Infinity if the bucket reports no time. */
export type UnfinishedMultipart = MultipartPlace & { begunAt: number };

/** The object store. While the store is down, calls that reach it reject with `bucket_unavailable` within a few seconds. */
export type Bucket = {
  /** Scheme, host and port of every signed URL of the bucket. */
  readonly urlOrigin: string;
  /** Scheme, host and port of every download URL. It differs from `urlOrigin` with a CDN. */
  readonly downloadOrigin: string;
  /** Returns a new key under our prefix, with the time and 128 random bits. It contains nothing of the filename. */
  newObjectKey(): string;
  /**
   * Signs a download, with type and disposition as `safeServing` allows them. `expiresAt` is earlier than requested when the credentials
   * expire first, and with a cache window. Returns no promise when credentials are cached.
   */
  presignGet(options: {
    objectKey: string;
    filename: string;
    contentType: string;
    disposition: Disposition;
    expiresInSeconds: number;
    now: number;
    /**
     * All URLs that are signed within one window of this length are the same. At most half of `expiresInSeconds`. Default: each URL is
     * new.
     */
    cacheWindowSeconds?: number | undefined;
    /** The IPv4 address of the client, for a CDN whose URLs work only for this address. */
    clientIp?: string | undefined;
  }): SignedUrl | Promise<SignedUrl>;
  /**
   * Signs size, type and checksum: the bucket refuses any other body. `onlyOnce` also signs `If-None-Match: *`, and the bucket then
   * refuses a second PUT. A bucket that does not support this condition refuses every request with it.
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
  /** Starts a multipart upload. Returns the id that the bucket gives it. */
  createMultipart(options: { objectKey: string; contentType: string }): Promise<string>;
  /** Signs the size of the part: the bucket refuses any other body. */
  presignPart(
    options: MultipartPlace & { partNumber: number; sizeBytes: number; expiresInSeconds: number; now: number },
  ): Promise<SignedRequest>;
  /** Lists the stored parts, in order. Returns undefined if there is no such upload, or if the upload has ended. */
  listParts(place: MultipartPlace): Promise<StoredPart[] | undefined>;
  /**
   * Assembles the parts under an unused key.
   * - done: assembled, or the upload had already ended. To learn which, check the object itself.
   * - parts_changed: a part has changed since it was listed
   */
  completeMultipart(
    options: MultipartPlace & { parts: readonly Pick<StoredPart, "partNumber" | "etag">[] },
  ): Promise<"done" | "parts_changed">;
  /** Aborts a multipart upload and deletes its parts. Idempotent. */
  abortMultipart(place: MultipartPlace): Promise<void>;
  /**
   * Streams a body of unknown length into the bucket in constant memory. Reuses the memory of the chunks, so the caller must not use
   * the chunks afterwards.
   * Rejects with `file_too_large` if the body is longer than `maxBytes`. If it rejects, nothing is stored.
   * The streams of `userId` share the memory fairly with the streams of other people.
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
   * Whether the bucket can read all bytes of an object. Returns true for a missing object. The embedded bucket reads bytes
   * of each blob of the object.
   */
  canRead(objectKey: string): Promise<boolean>;
  /** Reads at most `length` first bytes. Returns undefined if the object is missing, or has another ETag. */
  readStart(objectKey: string, options: { length: number; etag: string }): Promise<Uint8Array | undefined>;
  /**
   * Reads an object. The caller must read the stream to its end, or destroy it. Returns undefined if the object is missing, or has another
   * ETag.
   * The stream fails with `bucket_unavailable` when it stalls, ends early, or the signal aborts.
   */
  read(objectKey: string, options: { etag: string; signal?: AbortSignal | undefined }): Promise<Readable | undefined>;
  /** Computes the SHA-256 of the stored bytes in constant memory, for buckets that store no SHA-256. */
  computeChecksum(objectKey: string): Promise<Checksum>;
  /**
   * Copies an object of any size within the bucket. Returns "changed" if the object is missing or has another ETag. Then
   * there is no copy.
   * Some servers do not compare ETags, and no server compares the ETag of a multipart object. So the caller must verify the copy.
   */
  copy(options: {
    from: string;
    to: string;
    etag?: string | undefined;
    sizeBytes: number;
    contentType: string;
  }): Promise<"done" | "changed">;
  /** Deletes objects. Returns the keys of the deleted objects, including objects that did not exist. */
  delete(objectKeys: readonly string[]): Promise<string[]>;
  /** Aborts the unfinished multipart uploads under these keys. */
  discardParts(objectKeys: readonly string[]): Promise<void>;
  /**
   * Lists all objects under our prefix, in the order of the UTF-8 bytes of their keys. Pages are never empty.
   * `pageSize`: 1 to 1,000. Default: 1,000.
   */
  listObjects(options?: { pageSize: number }): AsyncIterable<ListedObject[]>;
  /** Lists the unfinished multipart uploads under our prefix, in pages of at most 1,000. Empty if the bucket cannot list them. */
  listMultiparts(): AsyncIterable<UnfinishedMultipart[]>;
  /** Whether `newObjectKey` could have made this key. */
  isOwnKey(objectKey: string): boolean;
  /** Resolves when the bucket responds. Rejects with `bucket_unavailable`. */
  probe(): Promise<void>;
  /** Probes the capabilities with tiny objects under these new keys. The caller deletes the objects. */
  tryCapabilities(objectKeys: readonly [string, string, string]): Promise<BucketCapabilities>;
  /** Returns the key of an S3 URL. Throws `invalid_request` for a URL outside the bucket. */
  objectKeyOf(s3Url: string): string;
  close(): void;
};
