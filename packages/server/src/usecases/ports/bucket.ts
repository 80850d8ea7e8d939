import type { Readable } from "node:stream";
import type { Checksum } from "../../domain/attachment.ts";
import type { BucketCapabilities } from "../../domain/bucket-capabilities.ts";
import type { Disposition } from "../../domain/serving.ts";

/** Where the parts of an upload gather until they are put together; `bucketUploadId` never leaves the server. */
export type MultipartPlace = { objectKey: string; bucketUploadId: string };
export type StoredPart = { partNumber: number; etag: string; sizeBytes: number };

export type SignedUrl = { url: string; expiresAt: number };
export type SignedRequest = SignedUrl & { method: string; headers: Record<string, string> };

export type StoredObject = { sizeBytes: number; contentType: string; etag: string; checksum: Checksum | undefined };

/** `modifiedAt` by the bucket's clock, infinite where it says none. */
export type ListedObject = { objectKey: string; sizeBytes: number; modifiedAt: number };
/** `begunAt` likewise. */
export type UnfinishedMultipart = MultipartPlace & { begunAt: number };

/** The object store. Calls that reach it reject with `bucket_unavailable` within seconds when it is down. */
export type Bucket = {
  /** Scheme, host and port of every URL that is signed: where browsers send files and read them from. */
  readonly urlOrigin: string;
  /** A new key under our prefix: 128 random bits, nothing of the filename. */
  newObjectKey(): string;
  /**
   * Signs the stored type and the asked disposition as `safeServing` allows them. `expiresAt` is the true end: it is earlier than asked
   * when the credentials die first. Not a promise when credentials are at hand.
   */
  presignGet(options: {
    objectKey: string;
    filename: string;
    contentType: string;
    disposition: Disposition;
    expiresInSeconds: number;
    now: number;
  }): SignedUrl | Promise<SignedUrl>;
  /**
   * Size, type and checksum are signed: the bucket refuses any other body. `onlyOnce` also signs `If-None-Match: *`: it refuses a second
   * one too. Not every bucket knows that condition; one that doesn't refuses every request which carries it.
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
  /** Begins an upload in parts, and answers the bucket's id of it. */
  createMultipart(options: { objectKey: string; contentType: string }): Promise<string>;
  /** The size of the part is signed: the bucket refuses any other body. */
  presignPart(
    options: MultipartPlace & { partNumber: number; sizeBytes: number; expiresInSeconds: number; now: number },
  ): Promise<SignedRequest>;
  /** The parts that are stored, in order; undefined when the upload is over or there never was one. */
  listParts(place: MultipartPlace): Promise<StoredPart[] | undefined>;
  /**
   * Puts the parts together under a key that nothing has. done: now, or the upload is over already, and only the object itself tells
   * how it ended · parts_changed: a part is not what it was when it was listed.
   */
  completeMultipart(
    options: MultipartPlace & { parts: readonly Pick<StoredPart, "partNumber" | "etag">[] },
  ): Promise<"done" | "parts_changed">;
  /** Throws the parts away; doing it twice is fine. */
  abortMultipart(place: MultipartPlace): Promise<void>;
  /**
   * Streams a body of unknown length into the bucket in constant memory.
   * Rejects with `file_too_large` past `maxBytes`, and leaves nothing behind when it rejects.
   */
  store(options: {
    objectKey: string;
    contentType: string;
    body: Readable;
    maxBytes: number;
  }): Promise<{ sizeBytes: number; checksum: Checksum }>;
  /** Undefined when there is no such object. */
  head(objectKey: string): Promise<StoredObject | undefined>;
  /** The first bytes of an object, at most `length`; undefined when it is gone, or another one than `etag` says. */
  readStart(objectKey: string, options: { length: number; etag: string }): Promise<Uint8Array | undefined>;
  /**
   * All bytes of an object, to be read to the end or destroyed; undefined when it is gone, or another one than `etag` says. The stream
   * fails with `bucket_unavailable` when it stalls or ends early, and when the signal says so.
   */
  read(objectKey: string, options: { etag: string; signal?: AbortSignal | undefined }): Promise<Readable | undefined>;
  /** The SHA-256 of the stored bytes, read through the server in constant memory: for buckets that don't keep one. */
  computeChecksum(objectKey: string): Promise<Checksum>;
  /**
   * Copies an object of any size within the bucket, without its bytes passing the server. changed: it is gone, or another one than `etag`
   * says, and there is no copy. Not every server compares ETags, and none of an object in parts: the copy has to be looked at in any case.
   */
  copy(options: {
    from: string;
    to: string;
    etag?: string | undefined;
    sizeBytes: number;
    contentType: string;
  }): Promise<"done" | "changed">;
  /** Deleting what isn't there is not an error. Answers the keys that are gone. */
  delete(objectKeys: readonly string[]): Promise<string[]>;
  /** Throws away what unfinished multipart uploads of these keys have stored; other keys are not touched. */
  discardParts(objectKeys: readonly string[]): Promise<void>;
  /**
   * All objects under our prefix, whoever put them there, in the order of their keys' UTF-8 bytes, as S3 lists them. Pages are never empty.
   * Range of `pageSize`, the most in one: 1 to 1,000, which is the default.
   */
  listObjects(options?: { pageSize: number }): AsyncIterable<ListedObject[]>;
  /** All unfinished multipart uploads under our prefix, in pages of 1,000 at most; none where the bucket keeps no list of them. */
  listMultiparts(): AsyncIterable<UnfinishedMultipart[]>;
  /** Whether it is a key as `newObjectKey` makes them. */
  isOwnKey(objectKey: string): boolean;
  /** Resolves when the bucket answered; rejects with `bucket_unavailable`. */
  probe(): Promise<void>;
  /** Finds out what the bucket does, with tiny objects under these keys, which are new and the caller's to remove. */
  tryCapabilities(objectKeys: readonly [string, string, string]): Promise<BucketCapabilities>;
  /** The bucket's name, and a parser of any address of an object in it. Throws `invalid_request` for addresses elsewhere. */
  objectKeyOf(s3Url: string): string;
  close(): void;
};
