import { CompleteMultipartUploadCommand } from "@aws-sdk/client-s3";
import { createPresigner, type PresignTarget } from "@valetkey/presign";
import type { BucketCapabilities } from "../domain/bucket-capabilities.ts";
import type { Bucket, Clock, MultipartPlace, StoredPart } from "../usecases/ports/index.ts";
import { failedWith, unavailable } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";
import type { CredentialSource } from "./credentials.ts";

type Parts = Pick<Bucket, "head" | "copy" | "createMultipart" | "listParts" | "abortMultipart">;

type Options = {
  client: BucketClient;
  /** As this server reaches it. */
  target: PresignTarget;
  credentials: CredentialSource;
  clock: Clock;
  timeoutMs: number;
  calls: Parts;
};

const EXPIRES_IN_SECONDS = 60;
const BODY = "hello";
const OTHER_BODY = "jello";
const TYPE = "text/plain";
/** SHA-256 of BODY. */
const BODY_SHA256 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

type Put = {
  objectKey: string;
  /** What is signed besides length and type. */
  headers?: Record<string, string>;
  body?: string;
  sentType?: string;
  /** Sent, though not signed. */
  unsigned?: Record<string, string>;
};

/**
 * Tries out what the bucket does, as a client would: with signed URLs, and bodies of five bytes. It takes no more than the permissions
 * that the service needs anyway. Rejects with `bucket_unavailable` when the bucket can't be reached or refuses what any bucket takes,
 * which says nothing about what it can do.
 */
export function createTryCapabilities(options: Options): Bucket["tryCapabilities"] {
  const { calls } = options;
  const send = createSend(options);
  return async ([first, second, third]) => {
    const plain = await send.put({ objectKey: first });
    if (plain !== 200) throw unavailable(`A signed PUT was answered with ${plain}`);
    const stored = await calls.head(first);
    if (stored === undefined) throw unavailable("The bucket took what was sent to it, and does not have it");
    const once = { "if-none-match": "*" };
    const checked = { "x-amz-checksum-sha256": BODY_SHA256 };
    return {
      conditionalPut:
        isTaken(await send.put({ objectKey: second, headers: once })) &&
        (await send.put({ objectKey: second, headers: once })) === 412,
      signedLength: isRefused(await send.put({ objectKey: first, body: `${BODY}!` })),
      signedType: isRefused(await send.put({ objectKey: first, sentType: "text/html" })),
      storedType: stored.contentType === TYPE,
      signedSha256:
        isTaken(await send.put({ objectKey: first, headers: checked })) &&
        isRefused(await send.put({ objectKey: first, headers: checked, body: OTHER_BODY })),
      unsignedHeaders: isRefused(
        await send.put({ objectKey: first, unsigned: { "x-amz-copy-source": `${options.target.bucket}/${second}` } }),
      ),
      copy: await canCopy(calls, { from: first, to: third }),
      ...(await tryParts(options, { objectKey: first, send })),
    };
  };
}

type Send = ReturnType<typeof createSend>;

function createSend({ target, credentials, clock, timeoutMs }: Options) {
  const presigner = createPresigner(target);

  async function sign() {
    const now = clock();
    return {
      credentials: await credentials.lasting({ now, seconds: EXPIRES_IN_SECONDS }),
      expiresInSeconds: EXPIRES_IN_SECONDS,
      now,
    };
  }

  async function statusOf(url: string, init: { headers?: Record<string, string>; body: string }): Promise<number> {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { method: "PUT", ...init, signal }).catch((cause: unknown) => {
      throw unavailable(`A signed PUT failed: ${cause instanceof Error ? cause.message : String(cause)}`);
    });
    await answer.arrayBuffer().catch(() => undefined);
    // Overload says nothing about what is supported; only 501 does.
    if (answer.status >= 500 && answer.status !== 501)
      throw unavailable(`A signed PUT was answered with ${answer.status}`);
    return answer.status;
  }

  return {
    async put({ objectKey, headers = {}, body = BODY, sentType = TYPE, unsigned = {} }: Put): Promise<number> {
      const signed = { ...headers, "content-type": TYPE, "content-length": String(BODY.length) };
      const { url } = presigner.presignPut({ key: objectKey, headers: signed, ...(await sign()) });
      return statusOf(url, { headers: { ...headers, ...unsigned, "content-type": sentType }, body });
    },
    async part(objectKey: string, uploadId: string): Promise<number> {
      const headers = { "content-length": String(BODY.length) };
      const part = { key: objectKey, uploadId, partNumber: 1, headers };
      const { url } = presigner.presignUploadPart({ ...part, ...(await sign()) });
      return statusOf(url, { body: BODY });
    },
  };
}

function isTaken(status: number): boolean {
  return status === 200;
}

function isRefused(status: number): boolean {
  return status >= 400 && status < 500;
}

/** A server without copies is one where nothing was copied, whatever it says about it. */
async function canCopy(calls: Parts, { from, to }: { from: string; to: string }): Promise<boolean> {
  await calls.copy({ from, to, sizeBytes: BODY.length, contentType: TYPE }).catch(() => undefined);
  return (await calls.head(to))?.contentType === TYPE;
}

/** Parts under a key that has an object already. */
async function tryParts(
  { client, calls }: Options,
  { objectKey, send }: { objectKey: string; send: Send },
): Promise<Pick<BucketCapabilities, "conditionalComplete" | "partsDie">> {
  const bucketUploadId = await calls.createMultipart({ objectKey, contentType: TYPE });
  const place = { objectKey, bucketUploadId };
  try {
    const sent = await send.part(objectKey, bucketUploadId);
    if (!isTaken(sent)) throw unavailable(`A signed part was answered with ${sent}`);
    const parts = (await calls.listParts(place)) ?? [];
    const conditionalComplete = await completeOver(client, { place, parts });
    return { conditionalComplete, partsDie: isRefused(await send.part(objectKey, bucketUploadId)) };
  } finally {
    await calls.abortMultipart(place).catch(() => undefined);
  }
}

/** Puts parts together where an object is, first on the condition that there is none; says whether that was refused. */
function completeOver(
  { s3, bucket, call }: BucketClient,
  { place, parts }: { place: MultipartPlace; parts: readonly StoredPart[] },
): Promise<boolean> {
  const Parts = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
  const upload = { Bucket: bucket, Key: place.objectKey, UploadId: place.bucketUploadId, MultipartUpload: { Parts } };
  return call("CompleteMultipartUpload", async (options) => {
    try {
      await s3.send(new CompleteMultipartUploadCommand({ ...upload, IfNoneMatch: "*" }), options);
      return false;
    } catch (error) {
      const isRefusal = failedWith(error, "PreconditionFailed", 412);
      if (!isRefusal && !failedWith(error, "NotImplemented", 501)) throw error;
      // A refusal may have ended the upload already.
      await s3.send(new CompleteMultipartUploadCommand(upload), options).catch(() => undefined);
      return isRefusal;
    }
  });
}
