import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { createAwsChunkedDecoder, type Refusal } from "@valetkey/presign";
import { S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Checksum } from "../store/records.ts";
import { checksumHeader, createChecksumStream } from "./checksum.ts";
import {
  announcedTrailers,
  checkedValue,
  type DeclaredChecksum,
  readContentMd5,
  readDeclaredChecksum,
} from "./declared.ts";

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
  const hashes = createHashes(request, checksumIsOfBody ? readDeclaredChecksum(request.field) : undefined);
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
  return { sizeBytes, ...hashes.check(trailers) };
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

function createHashes(request: S3Request, declared: DeclaredChecksum | undefined) {
  const contentMd5 = readContentMd5(request.field);
  const { payload } = request.verified;
  const md5 = createHash("md5");
  const checksum = declared && createChecksumStream(declared.algorithm);
  const sha256 = payload.kind === "sha256" ? createHash("sha256") : undefined;

  return {
    update(bytes: Uint8Array): void {
      md5.update(bytes);
      checksum?.update(bytes);
      sha256?.update(bytes);
    },
    check(trailers: ReadonlyMap<string, string>): { md5: Buffer; checksums: Checksum[] } {
      const md5Bytes = md5.digest();
      if (payload.kind === "sha256" && sha256?.digest("hex") !== payload.sha256) {
        throw new S3Error(
          "XAmzContentSHA256Mismatch",
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
      }
      if (contentMd5 !== undefined && !md5Bytes.equals(contentMd5)) {
        throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
      }
      if (declared === undefined || checksum === undefined) return { md5: md5Bytes, checksums: [] };
      const { algorithm } = declared;
      const expected = declared.value ?? checkedValue(algorithm, trailers.get(checksumHeader(algorithm)) ?? "");
      const value = checksum.digest().toString("base64");
      if (value !== expected) {
        throw new S3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
      }
      return { md5: md5Bytes, checksums: [{ algorithm, value, type: "FULL_OBJECT" }] };
    },
  };
}

function tooLarge(maxBytes: number): S3Error {
  return new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    details: { MaxSizeAllowed: String(maxBytes) },
  });
}

function incomplete(): S3Error {
  return new S3Error("IncompleteBody", "The request body does not have the declared number of bytes");
}
