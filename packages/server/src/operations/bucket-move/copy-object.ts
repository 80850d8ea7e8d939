import { setTimeout as sleep } from "node:timers/promises";
import type { NamedObject } from "../../features/storage/move-queries.ts";
import type { Bucket } from "../../platform/bucket/port.ts";
import { DomainError } from "../../platform/errors.ts";

/** Says why an object cannot be copied. The message is a part of a sentence: "its object is missing". */
export class NotCopied extends Error {}

/** Says that the other bucket is currently unusable, so that the move must stop. */
export class Stopped extends Error {}

type Copy = { object: NamedObject; to: string; signal: AbortSignal };

/**
 * Copies an object to its key in the other bucket, and verifies the length and the SHA-256 of the copy. Uses an identical object that
 * already has this key, for example from a killed run. Throws NotCopied if the object differs from the description in the database.
 */
export async function copyObject(bucket: Bucket, copy: Copy): Promise<"copied" | "found"> {
  const { object, to, signal } = copy;
  const source = await bucket.head(object.objectKey);
  if (source === undefined) throw new NotCopied("its object is missing");
  if (source.sizeBytes !== object.sizeBytes) {
    throw new NotCopied(`its object has ${source.sizeBytes} bytes instead of ${object.sizeBytes}`);
  }
  if (!object.isOwn && source.undeclaredHeaders.length > 0) {
    throw new NotCopied(`its object has the headers ${source.undeclaredHeaders.join(", ")}, which a copy would lose`);
  }
  if (await isThere(bucket, copy)) return "found";
  const body = await bucket.read(object.objectKey, { etag: source.etag, signal });
  if (body === undefined) throw new NotCopied("its object changed during the copy");
  const [{ contentType }, { sizeBytes }] = [source, object];
  const stored = await bucket.store({ objectKey: to, contentType, body, sizeBytes, maxBytes: sizeBytes });
  // The SHA-256 in the database belongs to the verified file. Without a SHA-256, an unchanged ETag shows that the copy has only one version
  // of the object.
  const isSame = object.sha256 === undefined ? await hasEtag(bucket, { object, etag: source.etag }) : undefined;
  if (stored.sizeBytes === object.sizeBytes && (isSame ?? stored.checksum.value === object.sha256)) return "copied";
  await bucket.delete([to]);
  throw new NotCopied("the bytes of its object are not the bytes that were uploaded");
}

async function hasEtag(bucket: Bucket, { object, etag }: { object: NamedObject; etag: string }): Promise<boolean> {
  return (await bucket.head(object.objectKey))?.etag === etag;
}

/**
 * Returns whether an identical object already has the new key. Deletes another object of the service at this key, such as a damaged copy.
 */
async function isThere(bucket: Bucket, { object, to }: Copy): Promise<boolean> {
  const found = await bucket.head(to);
  if (found === undefined) return false;
  if (found.sizeBytes === object.sizeBytes) {
    const expected = object.sha256 ?? (await bucket.computeChecksum(object.objectKey)).value;
    const actual = found.checksum?.value ?? (await bucket.computeChecksum(to)).value;
    if (actual === expected) return true;
  }
  if (!object.isOwn) throw new NotCopied("the other bucket has another object with its key");
  await bucket.delete([to]);
  return false;
}

const PAUSES_MS = [250, 1_000, 4_000];

/** Copies an object, with retries. Throws NotCopied if only this object fails, and Stopped if a bucket does not work. */
export async function copyWithRetries(bucket: Bucket, copy: Copy): Promise<"copied" | "found"> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await copyObject(bucket, copy);
    } catch (error) {
      if (copy.signal.aborted || !(error instanceof DomainError)) throw error;
      if (error.code === "storage_full") throw new Stopped(withoutFullStop(error.message), { cause: error.cause });
      const pauseMs = PAUSES_MS[attempt];
      if (pauseMs === undefined) {
        await bucket.probe().catch((failure) => {
          throw new Stopped(reasonOf(failure), { cause: failure });
        });
        throw new NotCopied(reasonOf(error), { cause: error });
      }
      await sleep(pauseMs, undefined, { signal: copy.signal });
    }
  }
}

/** Returns the text that explains an error to the operator, without a full stop at the end. */
export function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause;
  const shown = cause instanceof Error ? cause : error;
  return withoutFullStop(shown instanceof Error ? shown.message : String(shown));
}

/** The text becomes a part of a sentence. */
function withoutFullStop(text: string): string {
  return text.replace(/\.$/, "");
}
