import { createHash, type Hash } from "node:crypto";
import { pipeline, type Readable, Transform } from "node:stream";
import type { Checksum } from "../../domain/attachment.ts";
import { START_BYTES } from "../../domain/content.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Bucket, Deps, StoredObject } from "../ports/index.ts";
import { contradictionIn } from "./sniff.ts";

/**
 * `checksum` undefined: nothing vouches for one. `scanned`: whether a virus scanner has looked at all of it. A reason is written for the
 * sender.
 */
export type Verdict = { ok: true; checksum: Checksum | undefined; scanned?: boolean } | { ok: false; reason: string };

/** What is compared: the object as it was seen first, and what was declared of it. */
export type Verification = {
  objectKey: string;
  stored: StoredObject;
  declaredChecksum: Checksum | undefined;
  signal?: AbortSignal | undefined;
};

/** What is there is not what was looked at before. */
export const CHANGED: Verdict = refused("was changed or removed while it was checked");

/** Compares what is cheap to know with what the upload declared: size, type, the bucket's own SHA-256, and what the first bytes say it is. */
export async function verifyStart(
  bucket: Bucket,
  { upload, objectKey, stored }: { upload: Upload; objectKey: string; stored: StoredObject },
): Promise<Verdict> {
  if (stored.sizeBytes !== upload.sizeBytes) {
    return differs(`${stored.sizeBytes} bytes were stored where ${upload.sizeBytes} were declared`);
  }
  if (stored.contentType !== upload.contentType) {
    return differs(`it was stored as ${stored.contentType} where ${upload.contentType} was declared`);
  }
  const known = compare(stored.checksum ?? upload.declaredChecksum, upload.declaredChecksum);
  if (!known.ok) return known;
  const start = await bucket.readStart(objectKey, { length: START_BYTES, etag: stored.etag });
  if (start === undefined) return CHANGED;
  const reason = await contradictionIn(upload, start);
  return reason === undefined ? { ok: true, checksum: stored.checksum } : { ok: false, reason };
}

/** Whether the bytes themselves have to be read: a bucket that keeps no SHA-256 of the whole proves nothing. */
export function hasToBeRead({ stored, declaredChecksum }: Omit<Verification, "objectKey">): boolean {
  return declaredChecksum !== undefined && stored.checksum === undefined;
}

/** Compares the content with the declared SHA-256, and has it scanned if there is a scanner; reads it once, in constant memory. */
export async function verifyContent(
  { bucket, scanning }: Pick<Deps, "bucket" | "scanning">,
  verification: Verification,
): Promise<Verdict> {
  const { objectKey, stored, declaredChecksum, signal } = verification;
  const hash = hasToBeRead(verification) ? createHash("sha256") : undefined;
  const scanner = scanning?.scanner;
  if (hash === undefined && scanner === undefined) return compare(stored.checksum, declaredChecksum);
  const body = await bucket.read(objectKey, { etag: stored.etag, signal });
  if (body === undefined) return CHANGED;
  const bytes = hash === undefined ? body : hashing(body, hash);
  const scan = scanner === undefined ? await drain(bytes) : await scanner.scan(bytes, { signal });
  if (scan?.kind === "infected") return refused(`is infected: the virus scanner found ${scan.signature}`);
  if (scan?.kind === "too_large") {
    if (scanning?.tooLarge !== "accept") return refused("is larger than the virus scanner takes");
    const verdict = await verifyContent({ bucket, scanning: undefined }, verification);
    return verdict.ok ? { ...verdict, scanned: false } : verdict;
  }
  const checksum: Checksum | undefined = hash && { algorithm: "SHA256", value: hash.digest("base64") };
  const verdict = compare(checksum ?? stored.checksum, declaredChecksum);
  return verdict.ok && scanner !== undefined ? { ...verdict, scanned: true } : verdict;
}

/**
 * What stands between a verified object and `ready`: it is still the one that was verified. It can't be another, since the bucket holds
 * a PUT to `If-None-Match: *`, or no URL was ever signed for it (settleObject); this says so if it is one all the same.
 */
export async function finalise(
  bucket: Bucket,
  { objectKey, stored, verdict }: Pick<Verification, "objectKey" | "stored"> & { verdict: Verdict },
): Promise<Verdict> {
  if (!verdict.ok) return verdict;
  const now = await bucket.head(objectKey);
  return now?.etag === stored.etag && now.sizeBytes === stored.sizeBytes ? verdict : CHANGED;
}

function compare(checksum: Checksum | undefined, declared: Checksum | undefined): Verdict {
  const isDeclared = declared === undefined || checksum?.value === declared.value;
  return isDeclared ? { ok: true, checksum } : differs("its SHA-256 differs");
}

/** The same stream, hashed on its way. */
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
  return refused(`is not what was declared: ${how}`);
}

function refused(what: string): Verdict {
  return { ok: false, reason: `The file ${what}.` };
}
