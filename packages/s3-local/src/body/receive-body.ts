import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { createAwsChunkedDecoder, type Refusal } from "@valetkey/presign";
import { invalidRequest, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Checksum, WrittenBody } from "../store/database.ts";
import type { Store } from "../store/store.ts";
import type { Arrival, ArrivingBodies } from "./arriving-bodies.ts";
import { announcedTrailers, createHashVerifier, readContentMd5, readDeclaredChecksum } from "./verify-checksums.ts";

/** The maximum size of the body of a PutObject or UploadPart request: 5 GiB. Source: Amazon S3, "Multipart upload limits". */
export const MAX_BODY_BYTES = 5 * 1024 ** 3;

/** A destination for received bytes. `write` frees the memory of the bytes. The caller must await the promise of `write`. */
export type Sink = { write(bytes: Uint8Array): Promise<void> | undefined };

/** A received body, whose length and hashes equal the declared length and hashes. */
export type ReceivedBody = { sizeBytes: number; md5: Buffer; checksums: Checksum[] };

/** The verifier has refused a signature inside a body. */
export class RefusedBody extends Error {
  override readonly name = "RefusedBody";
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** `checksumIsOfBody`: false if `x-amz-checksum-*` is the checksum of an object and not of the body. Default: true. */
export type ReceiveOptions = { maxBytes: number; sink: Sink; checksumIsOfBody?: boolean; arrival?: Arrival };

/**
 * Receives the body of a request, decodes and hashes it, writes it to a sink, and checks the declared length and hashes.
 *
 * Throws MissingContentLength, EntityTooLarge, IncompleteBody, InvalidRequest, BadDigest, InvalidDigest, XAmzContentSHA256Mismatch and
 * RefusedBody. After any error, the caller must discard the bytes in the sink.
 */
export async function receiveBody(request: S3Request, options: ReceiveOptions): Promise<ReceivedBody> {
  const { maxBytes, sink, checksumIsOfBody = true, arrival } = options;
  const declaredBytes = declaredLength(request);
  if (declaredBytes > maxBytes) throw tooLarge(maxBytes);
  const hashes = createHashVerifier({
    contentMd5: readContentMd5(request.field),
    checksum: checksumIsOfBody ? readDeclaredChecksum(request.field) : undefined,
    payload: request.verified.payload,
  });
  const decoder = createDecoder(request);
  let sizeBytes = 0;
  if (request.expectsContinue) request.outgoing.writeContinue();
  for await (const chunk of bytesOf(request.incoming, arrival)) {
    for (const bytes of decoder.push(chunk)) {
      sizeBytes += bytes.length;
      if (sizeBytes > declaredBytes) throw incomplete();
      hashes.update(bytes);
      const drained = sink.write(bytes);
      if (drained !== undefined) await drained;
    }
  }
  const trailers = decoder.end();
  if (sizeBytes !== declaredBytes) throw incomplete();
  return { sizeBytes, ...(await hashes.check(trailers)) };
}

/** Yields the bytes of a stream. If the caller stops early, the stream stays open, so that the client can still get a response. */
async function* bytesOf(incoming: Readable, arrival: Arrival | undefined): AsyncGenerator<Buffer> {
  const iterator = incoming.iterator({ destroyOnReturn: false });
  let isWaiting = false;
  try {
    for (;;) {
      isWaiting = true;
      const next = await (arrival?.wait(iterator.next()) ?? iterator.next());
      isWaiting = false;
      if (next.done) return;
      yield next.value;
    }
  } catch (cause) {
    if (cause instanceof S3Error) throw cause;
    throw new S3Error("IncompleteBody", "The connection closed before the whole body arrived", { cause });
  } finally {
    // After a refusal, the iterator still waits for the next bytes, and `return` would also wait for them.
    if (!isWaiting) await iterator.return?.();
  }
}

/** Returns the declared length of the decoded body. The HTTP parser checks the length of the encoded body. */
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
    if (trailers.length > 0) throw invalidRequest("A trailer needs an aws-chunked body.");
    return { push: (chunk: Buffer): Uint8Array[] => [chunk], end: () => new Map<string, string>() };
  }
  if (payload.trailer !== trailers.length > 0) {
    throw invalidRequest("x-amz-trailer and x-amz-content-sha256 contradict each other.");
  }
  const decoder = createAwsChunkedDecoder({ signed: payload.signed, seed: chunkSeed, trailers, createSha256 });
  return {
    push: (chunk: Buffer): Uint8Array[] => unwrap(decoder.push(chunk)).data,
    end: (): ReadonlyMap<string, string> => unwrap(decoder.end()).trailers,
  };
}

function unwrap<T extends { ok: true }>(result: T | Refusal): T {
  if (result.ok) return result;
  throw new RefusedBody(result);
}

function createSha256() {
  const hash = createHash("sha256");
  return { update: (bytes: Uint8Array) => void hash.update(bytes), digestHex: () => hash.digest("hex") };
}

export function tooLarge(maxBytes: number): S3Error {
  return new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    details: { MaxSizeAllowed: String(maxBytes) },
  });
}

function incomplete(): S3Error {
  return new S3Error("IncompleteBody", "The request body does not have the declared number of bytes");
}

/** Verifies the body of a request, and writes it durably to the disk. No database row refers to the body yet. */
export function writeBody(
  { store, bodies }: { store: Store; bodies: ArrivingBodies },
  request: S3Request,
): Promise<WrittenBody> {
  return bodies.receive(request, (arrival) =>
    writeBytes(store, (sink) => receiveBody(request, { maxBytes: MAX_BODY_BYTES, sink, arrival })),
  );
}

/** Writes received bytes durably to the disk. If `receive` fails, deletes the file. */
export async function writeBytes(store: Store, receive: (sink: Sink) => Promise<ReceivedBody>): Promise<WrittenBody> {
  const writer = store.blobs.create();
  try {
    const received = await receive(writer);
    const blob = await writer.finish();
    return { ...received, ...(blob !== undefined && { blob }) };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
