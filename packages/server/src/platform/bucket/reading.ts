import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { addAbortSignal, type Readable, Transform } from "node:stream";
import { encodeKey, PresignError } from "@valetkey/presign";
import { DomainError, invalidRequest } from "../errors.ts";
import { type BucketClient, failedWith, toBucketError, unavailable } from "./client.ts";
import type { Bucket, Checksum, StoredObject } from "./port.ts";

type Objects = Pick<Bucket, "head" | "readSmall" | "readStart" | "read" | "computeChecksum" | "probe">;

export function createReading(client: BucketClient): Objects {
  const { send, call, optionalChecksums } = client;
  return {
    async head(objectKey) {
      assertKey(objectKey);
      const headers = (withChecksums: boolean) => (withChecksums ? { "x-amz-checksum-mode": "ENABLED" } : {});
      const found = await call("HeadObject", (options) =>
        optionalChecksums((withChecksums) =>
          send({ method: "HEAD", objectKey, headers: headers(withChecksums) }, options),
        ).catch(unlessMissing),
      );
      return found && toStoredObject(found.headers);
    },
    readSmall: (objectKey, options) => readSmall(client, { objectKey, ...options }),
    readStart: (objectKey, options) => readStart(client, { objectKey, ...options }),
    read: (objectKey, options) => read(client, { objectKey, ...options }),
    computeChecksum: (objectKey) => computeChecksum(client, objectKey),
    async probe() {
      await call("HeadBucket", (options) =>
        send({ method: "HEAD" }, options).catch(async (error) => {
          // The response to HEAD has no body, so only a second request shows why the bucket refuses requests.
          const query = { "list-type": 2, "max-keys": 0 };
          if (failedWith(error, 301, 400, 403, 404)) await send({ method: "GET", query }, options);
          throw error;
        }),
      );
    },
  };
}

/** Throws if the key cannot be signed, because no URL can serve such an object. */
function assertKey(objectKey: string): void {
  try {
    encodeKey(objectKey);
  } catch (error) {
    if (!(error instanceof PresignError)) throw error;
    throw invalidRequest(`${error.message}.`, { cause: error });
  }
}

async function readSmall(
  { send, call }: BucketClient,
  { objectKey, maxBytes }: { objectKey: string; maxBytes: number },
): ReturnType<Objects["readSmall"]> {
  assertKey(objectKey);
  const found = await call("GetObject", (options) =>
    send({ method: "GET", objectKey }, { ...options, maxBytes }).catch(unlessMissing),
  );
  return found && { ...toStoredObject(found.headers), bytes: found.body };
}

async function readStart(
  { send, call }: BucketClient,
  { objectKey, length }: { objectKey: string; length: number },
): Promise<{ etag: string; bytes: Uint8Array } | undefined> {
  assertKey(objectKey);
  const request = { method: "GET", objectKey, headers: { range: `bytes=0-${length - 1}` } } as const;
  return call("GetObject", async (options) => {
    try {
      const { headers, body } = await send(request, { ...options, maxBytes: length });
      return headers.etag === undefined ? undefined : { etag: headers.etag, bytes: body };
    } catch (error) {
      // An empty object has no valid range, so the bucket refuses a request with a range.
      if (failedWith(error, "InvalidRange", 416)) return undefined;
      return unlessMissing(error);
    }
  });
}

async function read(
  client: BucketClient,
  { objectKey, etag, signal }: { objectKey: string; etag: string; signal?: AbortSignal | undefined },
): Promise<Readable | undefined> {
  const found = await openObject(client, objectKey);
  if (found === undefined) return undefined;
  if (found.headers.etag !== etag) {
    found.destroy();
    return undefined;
  }
  const whole = wholeBody(found);
  return signal === undefined ? whole : addAbortSignal(signal, whole);
}

function openObject({ open, call }: BucketClient, objectKey: string): Promise<IncomingMessage | undefined> {
  return call("GetObject", (options) => open({ method: "GET", objectKey }, options).catch(unlessMissing));
}

/** Returns a stream of the response body. The stream fails if the body ends early. A destroyed stream closes the connection. */
function wholeBody(body: IncomingMessage): Readable {
  const announced = body.headers["content-length"];
  const length = announced === undefined ? undefined : Number(announced);
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
  body.on("error", (error) => whole.destroy(toBucketError(error, { operation: "GetObject" }) as Error));
  whole.on("close", () => body.destroy());
  // The reader of the stream gets the error at the next read. This handler prevents an uncaught exception before that read.
  whole.on("error", () => undefined);
  return body.pipe(whole);
}

async function computeChecksum(client: BucketClient, objectKey: string): Promise<Checksum> {
  const found = await openObject(client, objectKey);
  if (found === undefined) throw new DomainError("object_not_found", "There is no such object in the bucket.");
  const hash = createHash("sha256");
  for await (const chunk of wholeBody(found)) hash.update(chunk);
  return { algorithm: "SHA256", value: hash.digest("base64") };
}

function toStoredObject(headers: IncomingHttpHeaders): StoredObject {
  return {
    sizeBytes: Number(headers["content-length"] ?? 0),
    contentType: headers["content-type"] ?? "",
    etag: headers.etag ?? "",
    checksum: wholeChecksum(headers),
    undeclaredHeaders: undeclaredHeaders(headers),
  };
}

/** Returns the checksum of the whole object. A checksum of part checksums ("…-3") does not verify the whole object. */
function wholeChecksum(headers: IncomingHttpHeaders): Checksum | undefined {
  const { "x-amz-checksum-sha256": value, "x-amz-checksum-type": type } = headers;
  if (typeof value !== "string" || type === "COMPOSITE" || value.includes("-")) return undefined;
  return { algorithm: "SHA256", value };
}

function unlessMissing(error: unknown): undefined {
  if (failedWith(error, "NoSuchKey", "NotFound") && !failedWith(error, "NoSuchBucket")) return undefined;
  throw error;
}

/** The values that browsers send when their cache is disabled. Source: Fetch standard, "HTTP-network-or-cache fetch". */
const BROWSER_CACHE_CONTROL = /^(?:no-cache|max-age=0)$/;

/**
 * Lists the stored headers of an object that the service never sets at an upload. The bucket would send these headers to every reader, and
 * `Content-Encoding` even changes the bytes that a reader gets. The list has no headers for storage class and encryption, which a server
 * may add itself.
 */
function undeclaredHeaders(headers: IncomingHttpHeaders): string[] {
  const isFromBrowser = BROWSER_CACHE_CONTROL.test(headers["cache-control"] ?? "");
  const stored = {
    "Content-Encoding": encodingOf(headers["content-encoding"]),
    "Cache-Control": isFromBrowser ? undefined : headers["cache-control"],
    Expires: headers.expires,
    "Content-Language": headers["content-language"],
    "Content-Disposition": headers["content-disposition"],
    "x-amz-website-redirect-location": headers["x-amz-website-redirect-location"],
  };
  const names = Object.entries(stored).flatMap(([name, value]) => (value ? [name] : []));
  const hasMetadata = Object.keys(headers).some(
    (name) => name.startsWith("x-amz-meta-") || (name === "x-amz-missing-meta" && headers[name] !== "0"),
  );
  return hasMetadata ? [...names, "x-amz-meta-*"] : names;
}

/**
 * Returns the content encoding without `aws-chunked`. `aws-chunked` is only for the upload request, but some servers store this encoding.
 */
function encodingOf(header = ""): string {
  const encodings = header.split(",").map((encoding) => encoding.trim());
  return encodings.filter((encoding) => encoding !== "" && encoding.toLowerCase() !== "aws-chunked").join(", ");
}
