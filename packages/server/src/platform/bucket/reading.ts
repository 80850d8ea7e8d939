import { createHash } from "node:crypto";
import { addAbortSignal, type Readable, Transform } from "node:stream";
import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { GetObjectCommand, HeadBucketCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { encodeKey, PresignError } from "@valetkey/presign";
import { DomainError } from "../errors.ts";
import type { BucketClient } from "./client.ts";
import { failedWith, toBucketError, unavailable } from "./client.ts";
import type { Bucket, Checksum } from "./port.ts";

type Objects = Pick<Bucket, "head" | "canRead" | "readStart" | "read" | "computeChecksum" | "probe">;

/** Reads objects and their metadata. */
export function createReading(client: BucketClient): Objects {
  const { s3, bucket, call, optionalChecksums } = client;
  return {
    async head(objectKey) {
      assertKey(objectKey);
      const plain = { Bucket: bucket, Key: objectKey };
      const found = await call("HeadObject", (options) =>
        optionalChecksums((withChecksums) =>
          s3.send(new HeadObjectCommand(withChecksums ? { ...plain, ChecksumMode: "ENABLED" } : plain), options),
        ).catch(unlessMissing),
      );
      if (found === undefined) return undefined;
      return {
        sizeBytes: found.ContentLength ?? 0,
        contentType: found.ContentType ?? "",
        etag: found.ETag ?? "",
        checksum: wholeChecksum(found),
        undeclaredHeaders: undeclaredHeaders(found),
      };
    },
    async canRead(objectKey) {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: objectKey });
      const found = await call("HeadObject", (options) =>
        s3.send(command, options).catch((error) => (failedWith(error, 500) ? "damaged" : unlessMissing(error))),
      );
      return found !== "damaged";
    },
    readStart: (objectKey, options) => readStart(client, { objectKey, ...options }),
    read: (objectKey, options) => read(client, { objectKey, ...options }),
    computeChecksum: (objectKey) => computeChecksum(client, objectKey),
    async probe() {
      await call("HeadBucket", (options) => s3.send(new HeadBucketCommand({ Bucket: bucket }), options));
    },
  };
}

/**
 * Throws an error if the key cannot be signed. No URL could serve an object with an invalid key, and the AWS SDK could change the key to
 * the key of another object.
 */
function assertKey(objectKey: string): void {
  try {
    encodeKey(objectKey);
  } catch (error) {
    if (!(error instanceof PresignError)) throw error;
    throw new DomainError("invalid_request", `${error.message}.`, { cause: error });
  }
}

async function readStart(
  { s3, bucket, call }: BucketClient,
  { objectKey, length }: { objectKey: string; length: number },
): Promise<{ etag: string; bytes: Uint8Array } | undefined> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: objectKey, Range: `bytes=0-${length - 1}` });
  return call("GetObject", async (options) => {
    try {
      const { Body, ETag } = await s3.send(command, options);
      const body = Body as Readable | undefined;
      if (body === undefined || ETag === undefined) return discard(body);
      return { etag: ETag, bytes: await firstBytes(body, length) };
    } catch (error) {
      // An empty object has no valid range, so the bucket refuses the request for a range.
      if (failedWith(error, "InvalidRange", 416)) return undefined;
      return unlessMissing(error);
    }
  });
}

/** Reads at most `length` bytes, because a server that does not support ranges sends the whole object. */
async function firstBytes(body: Readable, length: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    // After the last expected byte, the loop still reads the end of the body, so that the next call can use the connection.
    if (sizeBytes > length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}

function discard(body: Readable | undefined): undefined {
  body?.destroy();
}

async function read(
  { s3, bucket, call }: BucketClient,
  { objectKey, etag, signal }: { objectKey: string; etag: string; signal?: AbortSignal | undefined },
): Promise<Readable | undefined> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: objectKey });
  const found = await call("GetObject", (options) => s3.send(command, options).catch(unlessMissing));
  if (found?.Body === undefined) return undefined;
  const body = found.Body as Readable;
  if (found.ETag !== etag) return discard(body);
  const whole = wholeBody(body, found.ContentLength);
  return signal === undefined ? whole : addAbortSignal(signal, whole);
}

/**
 * Returns a stream of the response body. The stream fails if the body ends before the announced length. If the caller destroys the stream,
 * the connection closes.
 */
function wholeBody(body: Readable, length: number | undefined): Readable {
  let sizeBytes = 0;
  const whole = new Transform({
    transform(chunk, _encoding, done) {
      sizeBytes += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      if (length === undefined || sizeBytes === length) done();
      else done(unavailable(`GetObject ended after ${sizeBytes} of ${length} bytes`));
    },
  });
  body.on("error", (error) => whole.destroy(toBucketError(error, "GetObject") as Error));
  whole.on("close", () => body.destroy());
  // The reader of the stream receives the error at the next read. The error handler prevents an uncaught exception before the first read.
  whole.on("error", () => undefined);
  return body.pipe(whole);
}

async function computeChecksum({ s3, bucket, call }: BucketClient, objectKey: string): Promise<Checksum> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: objectKey });
  const found = await call("GetObject", (options) => s3.send(command, options).catch(unlessMissing));
  if (found?.Body === undefined) throw new DomainError("object_not_found", "There is no such object in the bucket.");
  const hash = createHash("sha256");
  for await (const chunk of wholeBody(found.Body as Readable, found.ContentLength)) hash.update(chunk);
  return { algorithm: "SHA256", value: hash.digest("base64") };
}

/**
 * Returns the checksum of the whole object. The function `wholeChecksum` ignores a checksum of part checksums ("…-3"), because a checksum
 * of part checksums does not verify the whole object.
 */
function wholeChecksum({ ChecksumSHA256, ChecksumType }: HeadObjectCommandOutput): Checksum | undefined {
  if (ChecksumSHA256 === undefined || ChecksumType === "COMPOSITE" || ChecksumSHA256.includes("-")) return undefined;
  return { algorithm: "SHA256", value: ChecksumSHA256 };
}

function unlessMissing(error: unknown): undefined {
  if (failedWith(error, "NoSuchKey", "NotFound") && !failedWith(error, "NoSuchBucket")) return undefined;
  throw error;
}

/**
 * Browsers send `no-cache` or `max-age=0` as Cache-Control when the cache of the browser is off. Source: Fetch standard,
 * "HTTP-network-or-cache fetch".
 */
const BROWSER_CACHE_CONTROL = /^(?:no-cache|max-age=0)$/;

/**
 * Lists the stored headers of an object that the service never declares in an upload. The bucket would send undeclared headers to every
 * reader, and `Content-Encoding` even changes the bytes that a reader gets. The list excludes storage class and encryption, because a
 * server may add headers for storage class and encryption.
 */
function undeclaredHeaders(found: HeadObjectCommandOutput): string[] {
  const isFromBrowser = BROWSER_CACHE_CONTROL.test(found.CacheControl ?? "");
  const stored = {
    "Content-Encoding": encodingOf(found),
    "Cache-Control": isFromBrowser ? undefined : found.CacheControl,
    Expires: found.ExpiresString,
    "Content-Language": found.ContentLanguage,
    "Content-Disposition": found.ContentDisposition,
    "x-amz-website-redirect-location": found.WebsiteRedirectLocation,
  };
  const headers = Object.entries(stored).flatMap(([name, value]) => (value ? [name] : []));
  const hasMetadata = Object.keys(found.Metadata ?? {}).length > 0 || Boolean(found.MissingMeta);
  return hasMetadata ? [...headers, "x-amz-meta-*"] : headers;
}

/**
 * Returns the content encoding without `aws-chunked`. Some servers store `aws-chunked`, although the value describes the upload request and
 * not the object.
 */
function encodingOf({ ContentEncoding = "" }: HeadObjectCommandOutput): string {
  const encodings = ContentEncoding.split(",").map((encoding) => encoding.trim());
  return encodings.filter((encoding) => encoding !== "" && encoding.toLowerCase() !== "aws-chunked").join(", ");
}
