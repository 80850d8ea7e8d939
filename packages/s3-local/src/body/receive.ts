import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { createAwsChunkedDecoder, type Refusal } from "@valetkey/presign";
import { S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Checksum } from "../store/records.ts";
import { announcedTrailers, readContentMd5, readDeclaredChecksum } from "./declared.ts";
import { createHashes } from "./hashes.ts";

/** Where received bytes go; a returned promise is waited for. */
export type Sink = { write(bytes: Uint8Array): Promise<void> | undefined };

/** What was received, once everything that was declared about it has been found true. */
export type Received = { sizeBytes: number; md5: Buffer; checksums: Checksum[] };

/** A refusal of the verifier that came up in the middle of a body. */
export class RefusedBody extends Error {
  override readonly name = "RefusedBody";
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** `checksumIsOfBody` is false where the `x-amz-checksum-*` headers speak of an object rather than of this body. Default true. */
export type ReceiveOptions = { maxBytes: number; sink: Sink; checksumIsOfBody?: boolean };

/**
 * Receives a request's body into a sink: decoded, hashed on the way, and checked against everything that was declared.
 *
 * Throws MissingContentLength, EntityTooLarge, IncompleteBody, BadDigest, InvalidDigest, XAmzContentSHA256Mismatch and
 * RefusedBody; whatever it throws, what the sink got must be thrown away.
 */
export async function receiveBody(request: S3Request, options: ReceiveOptions): Promise<Received> {
  const { maxBytes, sink, checksumIsOfBody = true } = options;
  const declaredBytes = declaredLength(request);
  if (declaredBytes > maxBytes) throw tooLarge(maxBytes);
  const hashes = createHashes({
    contentMd5: readContentMd5(request.field),
    checksum: checksumIsOfBody ? readDeclaredChecksum(request.field) : undefined,
    payload: request.verified.payload,
  });
  const decoder = createDecoder(request);
  let sizeBytes = 0;
  if (request.expectsContinue) request.outgoing.writeContinue();
  for await (const chunk of bytesOf(request.incoming)) {
    for (const bytes of decoder.push(chunk)) {
      sizeBytes += bytes.length;
      if (sizeBytes > declaredBytes) throw incomplete();
      hashes.update(bytes);
      const room = sink.write(bytes);
      if (room !== undefined) await room;
    }
  }
  const trailers = decoder.end();
  if (sizeBytes !== declaredBytes) throw incomplete();
  return { sizeBytes, ...(await hashes.check(trailers)) };
}

/** The stream is not destroyed when reading stops early: that would cut the connection before the refusal is sent. */
async function* bytesOf(incoming: Readable): AsyncGenerator<Buffer> {
  try {
    yield* incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new S3Error("IncompleteBody", "The connection was closed before the whole body had come", { cause });
  }
}

/** The length of the decoded body; the wire's own length is the HTTP parser's business. */
function declaredLength(request: S3Request): number {
  const isChunked = request.verified.payload.kind === "chunked";
  const text = request.field(isChunked ? "x-amz-decoded-content-length" : "content-length");
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  return Number(text);
}

function createDecoder(request: S3Request) {
  const { payload, chunkSeed } = request.verified;
  const trailers = announcedTrailers(request.field);
  if (payload.kind !== "chunked") {
    if (trailers.length > 0) throw new S3Error("InvalidRequest", "A trailer needs an aws-chunked body.");
    return { push: (chunk: Buffer): Uint8Array[] => [chunk], end: () => new Map<string, string>() };
  }
  if (payload.trailer !== trailers.length > 0) {
    throw new S3Error("InvalidRequest", "x-amz-trailer and x-amz-content-sha256 contradict each other.");
  }
  const decoder = createAwsChunkedDecoder({ signed: payload.signed, seed: chunkSeed, trailers, createSha256 });
  return {
    push: (chunk: Buffer): Uint8Array[] => accepted(decoder.push(chunk)).data,
    end: (): ReadonlyMap<string, string> => accepted(decoder.end()).trailers,
  };
}

function accepted<T extends { ok: true }>(result: T | Refusal): T {
  if (result.ok) return result;
  throw new RefusedBody(result);
}

function createSha256() {
  const hash = createHash("sha256");
  return { update: (bytes: Uint8Array) => void hash.update(bytes), digestHex: () => hash.digest("hex") };
}

/** The refusal of a body that is too long. */
export function tooLarge(maxBytes: number): S3Error {
  return new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    details: { MaxSizeAllowed: String(maxBytes) },
  });
}

function incomplete(): S3Error {
  return new S3Error("IncompleteBody", "The request body does not have the declared number of bytes");
}
