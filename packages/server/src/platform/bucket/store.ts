import { createHash, hash } from "node:crypto";
import { DomainError } from "../errors.ts";
import { type BucketClient, failedWith, unavailable } from "./client.ts";
import { abortParts, beginParts, COMPLETE_EXTRA_MS, ifAbsent, type SentPart, sendParts } from "./multipart.ts";
import {
  createPartBuffers,
  type FormBuffers,
  type Part,
  type PartBufferOptions,
  splitIntoParts,
} from "./part-buffers.ts";
import { MAX_PARTS } from "./part-plan.ts";
import type { Bucket, Checksum } from "./port.ts";
import { textOf } from "./xml.ts";

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

/** The minimum part size of S3. A form uses one part that fills and one part that is sent, so many forms can share the memory. */
const PART_BYTES = 5 * 2 ** 20;
/**
 * `waitMs` is shorter than the idle timeout of the connection to the client, so that the client gets a response. `waitMs` is longer than
 * `fillMs`, so that a few slow forms do not make other forms fail.
 */
const FORM_BUFFERS = { totalBytes: 5 * PART_BYTES, partBytes: PART_BYTES, waitMs: 100_000, fillMs: 60_000 };

/**
 * Streams a body into the bucket, and computes its SHA-256. A body that fits into one part uses one PUT, and a larger body uses a multipart
 * upload. An object counts as stored when the bucket confirms its checksum. If the bucket does not confirm the checksum, the service reads
 * the object to verify it.
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

/** The upload and the object that a failed attempt may leave in the bucket. */
type Attempt = { multipart: Multipart | undefined; mayBeThere: boolean };
type Sending = { asked: StoreOptions; attempt: Attempt; buffers: FormBuffers };

async function send(options: Options, { asked, attempt, buffers }: Sending): Promise<Stored> {
  const { objectKey, contentType, sizeBytes: expected = 0 } = asked;
  const partBytes = Math.max(PART_BYTES, Math.ceil(expected / MAX_PARTS));
  const maxBytes = Math.min(asked.maxBytes, partBytes * MAX_PARTS);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  let only: Part | undefined;
  for await (const part of splitIntoParts(asked.body, { partBytes, maxBytes, buffers })) {
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
  // The key already has an object, perhaps of another upload. The service must not delete that object.
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

/** Deletes the upload or the object that a failed attempt left in the bucket. If the deletion fails, warns the operator. */
async function cleanUp(
  { remove, onWarning }: Options,
  { objectKey, attempt }: { objectKey: string; attempt: Attempt },
): Promise<void> {
  try {
    await attempt.multipart?.abort();
    // The bucket may have stored the object although its response was lost.
    if (attempt.mayBeThere) await remove([objectKey]);
  } catch {
    onWarning(
      "A failed upload could not be removed because the bucket does not respond. Add a lifecycle rule that aborts incomplete multipart uploads.",
    );
  }
}

type PutOptions = { objectKey: string; contentType: string; bytes: Buffer; checksum: string };

/** The minimum speed of a transfer to the bucket: 128 KiB a second. A slower transfer is aborted. */
const SLOWEST_BYTES_PER_MS = 131.072;

function transferMs(bytes: Buffer): number {
  return Math.ceil(bytes.length / SLOWEST_BYTES_PER_MS);
}

/**
 * The outcome of a write to the bucket. `confirmed`: the bucket returned the checksum of the written bytes. `unconfirmed`: the bucket did
 * not return this checksum. `occupied`: the key already has an object, perhaps from a first attempt whose response was lost.
 */
type Outcome = "confirmed" | "unconfirmed" | "occupied";

async function putObject(client: BucketClient, options: PutOptions): Promise<Outcome> {
  const { send, call, optionalChecksums } = client;
  const { objectKey, contentType, bytes: body, checksum } = options;
  const plain = { "content-type": contentType };
  const checked = { ...plain, "x-amz-checksum-sha256": checksum };
  const stored = await call(
    "PutObject",
    (sending) =>
      optionalChecksums((withChecksums) =>
        ifAbsent((condition) => {
          const headers = { ...(withChecksums ? checked : plain), ...condition };
          return send({ method: "PUT", objectKey, headers, body }, sending);
        }),
      ),
    { extraMs: transferMs(body) },
  );
  if (stored === "occupied") return stored;
  return stored.headers["x-amz-checksum-sha256"] === checksum ? "confirmed" : "unconfirmed";
}

/** A multipart upload whose parts the service sends to the bucket. */
type Multipart = {
  /** Starts to send the next part, and releases its buffer after the part is stored. Resolves when the previous part is stored. */
  add(part: Part): Promise<void>;
  complete(): Promise<Outcome>;
  /** Aborts the upload after the current part is sent. */
  abort(): Promise<void>;
};

async function beginMultipart(
  client: BucketClient,
  { objectKey, contentType }: { objectKey: string; contentType: string },
): Promise<Multipart> {
  const { call, optionalChecksums } = client;
  const bucketUploadId = await beginParts(client, { objectKey, contentType, hasChecksums: true });
  const place = { objectKey, bucketUploadId };
  const parts: SentPart[] = [];
  let sending: Promise<void> = Promise.resolve();

  async function send({ bytes: body, held }: Part, partNumber: number): Promise<void> {
    const sha256 = hash("sha256", body, "base64");
    const query = { partNumber, uploadId: bucketUploadId };
    try {
      const part = await call(
        "UploadPart",
        (options) =>
          optionalChecksums(async (withChecksums) => {
            const headers = { "x-amz-checksum-sha256": withChecksums ? sha256 : undefined };
            const sent = await client.send({ method: "PUT", objectKey, query, headers, body }, options);
            return { partNumber, etag: sent.headers.etag ?? "", ...(withChecksums ? { checksum: sha256 } : {}) };
          }),
        { extraMs: transferMs(body) },
      );
      parts.push(part);
      held?.release();
    } finally {
      // The buffer is discarded even after a failure, because the form may already wait for its next buffer.
      held?.discard();
    }
  }
  return {
    async add(part) {
      await sending;
      sending = send(part, parts.length + 1);
      // The next `await` of `sending` throws the error. This handler prevents an unhandled rejection before that `await`.
      sending.catch(() => undefined);
    },
    async complete() {
      await sending;
      const completed = await call(
        "CompleteMultipartUpload",
        (options) =>
          ifAbsent((condition) => sendParts(client, { ...place, parts, condition }, options)).catch(
            treatGoneAsCompleted,
          ),
        { extraMs: COMPLETE_EXTRA_MS },
      );
      return completed === "occupied" ? completed : outcomeOf(textOf(completed, "ChecksumSHA256"), parts);
    },
    async abort() {
      await sending.catch(() => undefined);
      await abortParts(client, place);
    },
  };
}

/**
 * Returns "occupied" if the upload does not exist any more. A first attempt may have completed the upload although its response was lost.
 */
function treatGoneAsCompleted(error: unknown): "occupied" {
  if (failedWith(error, "NoSuchUpload")) return "occupied";
  throw error;
}

/** Compares the returned checksum with the expected checksum. The checksum of a multipart object is the checksum of its part checksums. */
function outcomeOf(checksum: string | undefined, parts: readonly SentPart[]): Outcome {
  if (checksum === undefined) return "unconfirmed";
  const digests = parts.map(({ checksum: digest = "" }) => Buffer.from(digest, "base64"));
  const expected = hash("sha256", Buffer.concat(digests), "base64");
  return checksum.replace(/-\d+$/, "") === expected ? "confirmed" : "unconfirmed";
}
