import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { Checksum } from "../domain/attachment.ts";
import { START_BYTES } from "../domain/content.ts";
import type { Upload } from "../domain/upload.ts";
import { contradictionIn } from "./check-content.ts";
import type { Bucket, Deps, StoredObject } from "./ports.ts";

/** `checksum` undefined: nothing vouches for one. A reason is written for the sender. */
export type Verdict = { ok: true; checksum: Checksum | undefined } | { ok: false; reason: string };

/** What is compared: the object as it was seen first, and what was declared of it. */
export type Verification = {
  objectKey: string;
  stored: StoredObject;
  declaredChecksum: Checksum | undefined;
  signal?: AbortSignal | undefined;
};

/** What is there is not what was looked at before. */
export const CHANGED: Verdict = refused("was changed or removed while it was checked");

/** Compares what is cheap to know with what the upload declared: size, type, and what the first bytes say it is. */
export async function verifyStart(
  bucket: Bucket,
  { upload, stored }: { upload: Upload; stored: StoredObject },
): Promise<Verdict> {
  if (stored.sizeBytes !== upload.sizeBytes) {
    return differs(`${stored.sizeBytes} bytes were stored where ${upload.sizeBytes} were declared`);
  }
  if (stored.contentType !== upload.contentType) {
    return differs(`it was stored as ${stored.contentType} where ${upload.contentType} was declared`);
  }
  const start = await bucket.readStart(upload.objectKey, { length: START_BYTES, etag: stored.etag });
  if (start === undefined) return CHANGED;
  const reason = await contradictionIn(upload, start);
  return reason === undefined ? { ok: true, checksum: stored.checksum } : { ok: false, reason };
}

/** Whether the bytes themselves have to be read: a bucket that keeps no SHA-256 of the whole proves nothing. */
export function hasToBeRead({ stored, declaredChecksum }: Omit<Verification, "objectKey">): boolean {
  return declaredChecksum !== undefined && stored.checksum === undefined;
}

/** Compares the content with the declared SHA-256, by the bucket's own or by reading all of it, in constant memory. */
export async function verifyContent({ bucket }: Pick<Deps, "bucket">, verification: Verification): Promise<Verdict> {
  const { objectKey, stored, declaredChecksum, signal } = verification;
  let checksum = stored.checksum;
  if (hasToBeRead(verification)) {
    const body = await bucket.read(objectKey, { etag: stored.etag, signal });
    if (body === undefined) return CHANGED;
    checksum = await checksumOf(body);
  }
  const isDeclared = declaredChecksum === undefined || checksum?.value === declaredChecksum.value;
  return isDeclared ? { ok: true, checksum } : differs("its SHA-256 differs");
}

/**
 * What stands between a verified object and `ready`: it is still the one that was verified. Where the bucket holds a PUT to
 * `If-None-Match: *` it can't be another; elsewhere this bounds what a second PUT can do to the moment after this look.
 */
export async function finalise(
  bucket: Bucket,
  { objectKey, stored, verdict }: Pick<Verification, "objectKey" | "stored"> & { verdict: Verdict },
): Promise<Verdict> {
  if (!verdict.ok) return verdict;
  const now = await bucket.head(objectKey);
  return now?.etag === stored.etag && now.sizeBytes === stored.sizeBytes ? verdict : CHANGED;
}

async function checksumOf(body: Readable): Promise<Checksum> {
  const hash = createHash("sha256");
  for await (const chunk of body) hash.update(chunk);
  return { algorithm: "SHA256", value: hash.digest("base64") };
}

function differs(how: string): Verdict {
  return refused(`is not what was declared: ${how}`);
}

function refused(what: string): Verdict {
  return { ok: false, reason: `The file ${what}. It was not kept.` };
}
