import { createHash, type Hash, hash } from "node:crypto";
import { pipeline, type Readable, Transform } from "node:stream";
import type { Rejection } from "@valetkey/contract";
import { fileTypeFromBuffer } from "file-type";
import type { Bucket, Checksum, StoredObject } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { streamOf } from "../../platform/http/wire.ts";
import type { Upload } from "../access/attachment.ts";
import { type AcceptedTypes, acceptsType } from "../links/file-request.ts";
import { type Claim, type Fault, findContradiction, START_BYTES, typeToAccept } from "./content/contradictions.ts";

/** The result of a verification. `checksum`: the verified checksum, if any. `scanned`: false if the file was too large for the scanner. */
export type Verdict = { ok: true; checksum: Checksum | undefined; scanned?: boolean } | ({ ok: false } & Fault);

/** The object that the service verifies. `stored`: the metadata of the object at the start of the verification. */
export type Subject = {
  objectKey: string;
  stored: StoredObject;
  declaredChecksum: Checksum | undefined;
  signal?: AbortSignal | undefined;
};

/** The verdict for an object that has changed since the start of its verification. */
export const CHANGED: Verdict = refused("was changed or removed during its verification", { code: "changed" });

/**
 * Makes the fast checks: the size, the type, the stored headers, the SHA-256 that the bucket stores, and the first bytes. `accepted`: the
 * accepted kinds of files. Undefined: the service accepts every kind.
 */
export async function verifyFacts(
  upload: Upload,
  { stored, accepted }: { stored: InspectedObject; accepted?: AcceptedTypes | undefined },
): Promise<Verdict> {
  if (stored.sizeBytes !== upload.sizeBytes) {
    return differs(`${stored.sizeBytes} bytes were stored where ${upload.sizeBytes} were declared`);
  }
  if (stored.contentType !== upload.contentType) {
    return differs(`it was stored as ${stored.contentType} where ${upload.contentType} was declared`);
  }
  if (stored.undeclaredHeaders.length > 0) return undeclared(stored);
  const known = compare(stored.checksum ?? upload.declaredChecksum, upload.declaredChecksum);
  if (!known.ok) return known;
  const { start } = stored;
  if (start === undefined) return CHANGED;
  const fault = await faultIn(upload, { start, accepted });
  return fault === undefined ? { ok: true, checksum: stored.checksum } : { ok: false, ...fault };
}

/** Returns whether the service must read the bytes to verify the declared SHA-256, because the bucket stores no SHA-256. */
export function mustReadContent({ stored, declaredChecksum }: Subject): boolean {
  return declaredChecksum !== undefined && stored.checksum === undefined;
}

/**
 * Verifies the declared SHA-256, and scans the file if the service has a virus scanner. Reads the object once, in constant memory. At the
 * end, confirms that the object has not changed in the meantime.
 */
export async function verifyContent(deps: Deps, subject: Subject): Promise<Verdict> {
  const verdict = await readAndVerify(deps, subject);
  return verdict.ok ? confirmUnchanged(deps.bucket, { subject, verdict }) : verdict;
}

async function readAndVerify(
  { bucket, scanning }: Pick<Deps, "bucket" | "scanning">,
  subject: Subject,
): Promise<Verdict> {
  const { objectKey, stored, declaredChecksum, signal } = subject;
  const hash = mustReadContent(subject) ? createHash("sha256") : undefined;
  const scanner = scanning?.scanner;
  if (hash === undefined && scanner === undefined) return compare(stored.checksum, declaredChecksum);
  const body = await bucket.read(objectKey, { etag: stored.etag, signal });
  if (body === undefined) return CHANGED;
  const bytes = hash === undefined ? body : hashing(body, hash);
  const scan = scanner === undefined ? await drain(bytes) : await scanner.scan(bytes, { signal });
  if (scan?.kind === "infected") {
    const { signature: virus } = scan;
    return refused(`is infected: the virus scanner found ${virus}`, { code: "infected", virus });
  }
  if (scan?.kind === "too_large") {
    if (scanning?.tooLarge !== "accept") {
      return refused("is larger than the virus scanner accepts", { code: "too_large_to_scan" });
    }
    const verdict = await readAndVerify({ bucket, scanning: undefined }, subject);
    return verdict.ok ? { ...verdict, scanned: false } : verdict;
  }
  const checksum: Checksum | undefined = hash && { algorithm: "SHA256", value: hash.digest("base64") };
  const verdict = compare(checksum ?? stored.checksum, declaredChecksum);
  return verdict.ok && scanner !== undefined ? { ...verdict, scanned: true } : verdict;
}

/**
 * Confirms that the object has not changed during the long read. Usually, a staged copy or `If-None-Match: *` prevents changes, but some
 * buckets permit changes. Also checks the stored headers, because a change of the headers does not change the ETag.
 */
async function confirmUnchanged(
  bucket: Bucket,
  { subject: { objectKey, stored }, verdict }: { subject: Subject; verdict: Verdict },
): Promise<Verdict> {
  const current = await bucket.head(objectKey);
  if (current?.etag !== stored.etag || current.sizeBytes !== stored.sizeBytes) return CHANGED;
  return current.undeclaredHeaders.length > 0 ? undeclared(current) : verdict;
}

function compare(checksum: Checksum | undefined, declared: Checksum | undefined): Verdict {
  const isDeclared = declared === undefined || checksum?.value === declared.value;
  return isDeclared ? { ok: true, checksum } : differs("its SHA-256 differs");
}

function undeclared({ undeclaredHeaders }: StoredObject): Verdict {
  return differs(`it was stored with headers that were not declared: ${undeclaredHeaders.join(", ")}`);
}

function hashing(body: Readable, hash: Hash): Readable {
  const passing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return pipeline(body, passing, () => undefined);
}

async function drain(body: Readable): Promise<undefined> {
  for await (const _chunk of body);
}

function differs(how: string): Verdict {
  return refused(`is not what was declared: ${how}`, { code: "not_as_declared" });
}

function refused(what: string, rejection: Rejection): Verdict {
  return { ok: false, reason: `The file ${what}.`, rejection };
}

/** An object with its metadata and first bytes. `start`: the first bytes, or undefined if the object changed during the inspection. */
export type InspectedObject = StoredObject & { start: Uint8Array | undefined };

/** The service reads an object up to this size as a whole, in one faster request, and then also knows the SHA-256. Bytes. */
const SMALL_BYTES = 64 * 1024;

/**
 * Reads the metadata and the first bytes of an object of the declared size. Returns undefined if the bucket has no object at the key. The
 * two requests for a large object run in parallel, because each request to a distant bucket takes long.
 */
export async function inspect(
  bucket: Bucket,
  { objectKey, declaredBytes }: { objectKey: string; declaredBytes: number },
): Promise<InspectedObject | undefined> {
  if (declaredBytes <= SMALL_BYTES) return inspectSmall(bucket, objectKey);
  const readStart = () => bucket.readStart(objectKey, { length: START_BYTES });
  const [stored, early] = await Promise.all([bucket.head(objectKey), readStart()]);
  if (stored === undefined) return undefined;
  const { etag, sizeBytes } = stored;
  if (early === undefined && sizeBytes === 0) return { ...stored, start: new Uint8Array() };
  // The object may have arrived after the first read, so the service reads the object again.
  const read = early?.etag === etag ? early : await readStart();
  return { ...stored, start: read?.etag === etag ? read.bytes : undefined };
}

async function inspectSmall(bucket: Bucket, objectKey: string): Promise<InspectedObject | undefined> {
  const found = await bucket.readSmall(objectKey, { maxBytes: SMALL_BYTES });
  if (found === undefined) return undefined;
  const { bytes, ...stored } = found;
  const start = bytes.subarray(0, START_BYTES);
  if (bytes.length !== stored.sizeBytes) return { ...stored, start };
  return { ...stored, start, checksum: { algorithm: "SHA256", value: hash("sha256", bytes, "base64") } };
}

/** The last sentence of each reason for a rejection. */
export const NOT_KEPT = "It was not kept.";

/** Returns how the first bytes of a file contradict its name or type. Returns undefined if they agree. */
export async function contradictionIn(claim: Claim, start: Uint8Array): Promise<Fault | undefined> {
  const detected = await fileTypeFromBuffer(start);
  return findContradiction(claim, { start, detectedType: detected?.mime });
}

/** Returns the fault if the file request does not accept the content. */
export async function refusalOf(
  { contentType }: Claim,
  { start, accepted }: { start: Uint8Array; accepted: AcceptedTypes },
): Promise<Fault | undefined> {
  const detected = await fileTypeFromBuffer(start);
  const type = typeToAccept(contentType, { start, detectedType: detected?.mime });
  if (acceptsType(accepted, type)) return undefined;
  const reason = `The request does not accept this kind of file (${type}).`;
  return { reason, rejection: { code: "kind_not_accepted", detectedType: type } };
}

/** The declared name and type of a stream. `accepted`: the accepted kinds of files. Undefined: the service accepts every kind. */
type StreamClaim = Claim & { accepted?: AcceptedTypes | undefined };

/**
 * Returns a stream with the bytes of `body`. If the content contradicts the declared name or type, or is of a kind that is not accepted,
 * the returned stream fails with `upload_rejected` before its first byte.
 */
export function sniffStream(claim: StreamClaim, body: Readable): Readable {
  return streamOf(sniff(claim, body));
}

async function* sniff(claim: StreamClaim, body: Readable): AsyncGenerator<Buffer> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let decided = false;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (decided) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < START_BYTES) continue;
    yield await joinAccepted(claim, held.splice(0));
    decided = true;
  }
  if (!decided) yield await joinAccepted(claim, held);
}

async function joinAccepted(claim: StreamClaim, held: readonly Buffer[]): Promise<Buffer> {
  const bytes = Buffer.concat(held);
  const fault = await faultIn(claim, { start: bytes.subarray(0, START_BYTES), accepted: claim.accepted });
  if (fault !== undefined) throw rejected(fault);
  return bytes;
}

/** Makes the error for a file that the service rejects. `end`: what the service did with the bytes. */
export function rejected({ reason, rejection }: Fault, end = NOT_KEPT): DomainError {
  return new DomainError("upload_rejected", `${reason} ${end}`, { rejection });
}

/** Returns the fault if the first bytes contradict the declaration, or if the kind of file is not accepted. */
export async function faultIn(
  claim: Claim,
  { start, accepted }: { start: Uint8Array; accepted: AcceptedTypes | undefined },
): Promise<Fault | undefined> {
  return (await contradictionIn(claim, start)) ?? (accepted && (await refusalOf(claim, { start, accepted })));
}
