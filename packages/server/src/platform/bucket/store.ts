import { createHash } from "node:crypto";
import { DomainError } from "../errors.ts";
import { unavailable } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";
import { createPartBuffers, type FormBuffers, type PartBufferOptions } from "./part-buffers.ts";
import type { Bucket, Checksum } from "./port.ts";
import { putObject } from "./put-object.ts";
import { beginMultipart, type Multipart } from "./server-multipart.ts";
import { type Part, splitIntoParts } from "./split-into-parts.ts";

type Store = Bucket["store"];
type StoreOptions = Parameters<Store>[0];
type Stored = Awaited<ReturnType<Store>>;
type Options = {
  client: BucketClient;
  computeChecksum: Bucket["computeChecksum"];
  remove: Bucket["delete"];
  onWarning: (text: string) => void;
  /** Default: the limits of the service. */
  partBuffers?: Partial<PartBufferLimits> | undefined;
};
export type PartBufferLimits = Pick<PartBufferOptions, "totalBytes" | "waitMs" | "fillMs">;

/**
 * The smallest part that S3 accepts. Small parts let more forms share the memory. Each form holds one part that is being filled, and one
 * that is being sent.
 */
const PART_BYTES = 5 * 2 ** 20;
/**
 * `waitMs` is shorter than the idle timeout of the connection to the client, so that the client gets a response. `waitMs` is longer than
 * `fillMs`, so that other forms do not fail because of a few slow forms.
 */
const FORM_BUFFERS = { totalBytes: 5 * PART_BYTES, partBytes: PART_BYTES, waitMs: 100_000, fillMs: 60_000 };
/** Source: Amazon S3, "Multipart upload limits". */
const MAX_PARTS = 10_000;

/**
 * Streams a body into the bucket and computes its SHA-256. A body that fits into one part uses one PUT. A larger body uses a multipart
 * upload.
 * An object counts as stored when the bucket confirms its checksum. If the bucket does not confirm it, the service reads the object back.
 */
export function createStore(options: Options): Store {
  const partBuffers = createPartBuffers({ ...FORM_BUFFERS, ...options.partBuffers });
  return async (asked) => {
    const attempt: Attempt = { multipart: undefined, mayBeThere: false };
    const buffers = partBuffers.open(asked.userId ?? "");
    try {
      return await send(options, { asked, attempt, buffers });
    } catch (error) {
      await cleanUp(options, { objectKey: asked.objectKey, attempt });
      throw error;
    } finally {
      buffers.close();
    }
  };
}

/** The upload and the object that a failed attempt may leave behind in the bucket. */
type Attempt = { multipart: Multipart | undefined; mayBeThere: boolean };
type Sending = { asked: StoreOptions; attempt: Attempt; buffers: FormBuffers };

async function send(options: Options, { asked, attempt, buffers }: Sending): Promise<Stored> {
  const { objectKey, contentType } = asked;
  const maxBytes = Math.min(asked.maxBytes, PART_BYTES * MAX_PARTS);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  let only: Part | undefined;
  for await (const part of splitIntoParts(asked.body, { partBytes: PART_BYTES, maxBytes, buffers })) {
    hash.update(part.bytes);
    sizeBytes += part.bytes.length;
    if (part.isLast && attempt.multipart === undefined) only = part;
    else {
      attempt.multipart ??= await beginMultipart(options.client, { objectKey, contentType });
      await attempt.multipart.add(part);
    }
  }
  const checksum: Checksum = { algorithm: "SHA256", value: hash.digest("base64") };
  attempt.mayBeThere = true;
  const outcome =
    only === undefined
      ? await attempt.multipart?.complete()
      : await putObject(options.client, { objectKey, contentType, bytes: only.bytes, checksum: checksum.value });
  only?.held?.release();
  // The key already has an object. This object can belong to another upload, so the service must not delete it.
  if (outcome === "occupied") attempt.mayBeThere = false;
  if (outcome !== "confirmed") await readBack(options, { objectKey, checksum });
  return { sizeBytes, checksum };
}

async function readBack(
  { computeChecksum }: Options,
  { objectKey, checksum }: { objectKey: string; checksum: Checksum },
): Promise<void> {
  const actual = await computeChecksum(objectKey).catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== "object_not_found") throw error;
    throw unavailable("The bucket accepted the object but does not have it");
  });
  if (actual.value !== checksum.value) throw unavailable("The stored object differs from the sent bytes");
}

/** Removes the upload or the object that a failed attempt left behind. If this fails, warns the operator. */
async function cleanUp(
  { remove, onWarning }: Options,
  { objectKey, attempt }: { objectKey: string; attempt: Attempt },
): Promise<void> {
  try {
    await attempt.multipart?.abort();
    // The bucket may have stored the object although the response was lost.
    if (attempt.mayBeThere) await remove([objectKey]);
  } catch {
    onWarning(
      "A failed upload could not be removed because the bucket does not respond. Add a lifecycle rule that aborts incomplete multipart uploads.",
    );
  }
}
