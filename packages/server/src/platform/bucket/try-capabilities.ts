import { createPresigner, type PresignTarget } from "@valetkey/presign";
import type { Clock } from "../clock.ts";
import { type BucketClient, failedWith, type Timeouts, unavailable } from "./client.ts";
import type { CredentialSource } from "./credentials.ts";
import { sendParts } from "./multipart.ts";
import type { Bucket, BucketCapabilities, MultipartPlace, StoredPart } from "./port.ts";
import { responseTo } from "./requests.ts";

type Parts = Pick<Bucket, "head" | "probe" | "copy" | "createMultipart" | "listParts" | "abortMultipart">;

type Options = {
  client: BucketClient;
  /** The bucket at the endpoint that the service calls, not at the public endpoint. */
  target: PresignTarget;
  credentials: CredentialSource;
  clock: Clock;
  timeouts: Timeouts;
  calls: Parts;
};

const EXPIRES_IN_SECONDS = 60;
const BODY = "hello";
const OTHER_BODY = "jello";
const TYPE = "text/plain";
const BODY_SHA256 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

type Put = {
  objectKey: string;
  /** The signed headers, in addition to length and type. */
  headers?: Record<string, string>;
  body?: string;
  sentType?: string;
  /** The headers that the signature does not cover. */
  unsigned?: Record<string, string>;
};

/**
 * Tests the capabilities of the bucket. Each test sends bodies of five bytes to presigned URLs, as a client does. The tests need only the
 * permissions that the service has. Rejects with `bucket_unavailable` if the bucket is unreachable or refuses a plain PUT, because the
 * capabilities are then unknown.
 */
export function createTryCapabilities(options: Options): Bucket["tryCapabilities"] {
  const { calls } = options;
  const send = createSend(options);
  return async ([first, second, third]) => {
    const plain = await send.put({ objectKey: first });
    if (plain !== 200) {
      // `probe` rejects with the reason for the failed PUT, such as a wrong bucket name or access key.
      await calls.probe();
      throw unavailable(`The bucket responded to a signed PUT with ${plain}`);
    }
    const stored = await calls.head(first);
    if (stored === undefined) throw unavailable("The bucket accepted the object but does not have it");
    const once = { "if-none-match": "*" };
    const checked = { "x-amz-checksum-sha256": BODY_SHA256 };
    return {
      conditionalPut:
        (await send.put({ objectKey: second, headers: once })) === 200 &&
        (await send.put({ objectKey: second, headers: once })) === 412,
      signedLength: isRefused(await send.put({ objectKey: first, body: `${BODY}!` })),
      signedType: isRefused(await send.put({ objectKey: first, sentType: "text/html" })),
      storedType: stored.contentType === TYPE,
      signedSha256:
        (await send.put({ objectKey: first, headers: checked })) === 200 &&
        isRefused(await send.put({ objectKey: first, headers: checked, body: OTHER_BODY })),
      unsignedHeaders: isRefused(
        await send.put({ objectKey: first, unsigned: { "x-amz-copy-source": `${options.target.bucket}/${second}` } }),
      ),
      copy: await canCopy(calls, { from: first, to: third }),
      ...(await tryParts(options, { objectKey: first, send })),
    };
  };
}

function createSend({ target, credentials, clock, timeouts }: Options) {
  const presigner = createPresigner(target);

  async function sign() {
    const now = clock();
    const lasting = await credentials.lasting({ now, seconds: EXPIRES_IN_SECONDS });
    return { credentials: lasting, expiresInSeconds: EXPIRES_IN_SECONDS, now };
  }

  async function statusOf(url: string, init: { headers?: Record<string, string>; body: string }): Promise<number> {
    const signal = AbortSignal.timeout(timeouts.callMs);
    const exchange = { method: "PUT", headers: {}, ...init, signal, timeouts };
    const response = await responseTo(url, exchange).catch((cause: unknown) => {
      throw unavailable(`A signed PUT failed: ${cause instanceof Error ? cause.message : String(cause)}`);
    });
    response.destroy();
    const { statusCode = 0 } = response;
    // The status 501 means that the server does not support a feature. Other 5xx statuses may only mean that the server is overloaded.
    if (statusCode >= 500 && statusCode !== 501)
      throw unavailable(`The bucket responded to a signed PUT with ${statusCode}`);
    return statusCode;
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

function isRefused(status: number): boolean {
  return status >= 400 && status < 500;
}

/** Checks that the copy exists, because a server that cannot copy may still report success. */
async function canCopy(calls: Parts, { from, to }: { from: string; to: string }): Promise<boolean> {
  await calls.copy({ from, to, sizeBytes: BODY.length, contentType: TYPE }).catch(() => undefined);
  return (await calls.head(to))?.contentType === TYPE;
}

/** Tests multipart uploads under a key that already has an object. */
async function tryParts(
  { client, calls }: Options,
  { objectKey, send }: { objectKey: string; send: ReturnType<typeof createSend> },
): Promise<Pick<BucketCapabilities, "conditionalComplete" | "partsDie">> {
  const bucketUploadId = await calls.createMultipart({ objectKey, contentType: TYPE });
  const place = { objectKey, bucketUploadId };
  try {
    const sent = await send.part(objectKey, bucketUploadId);
    if (sent !== 200) throw unavailable(`The bucket responded to a signed part with ${sent}`);
    const parts = (await calls.listParts(place)) ?? [];
    const conditionalComplete = await completeOver(client, { place, parts });
    return { conditionalComplete, partsDie: isRefused(await send.part(objectKey, bucketUploadId)) };
  } finally {
    await calls.abortMultipart(place).catch(() => undefined);
  }
}

/**
 * Completes a multipart upload for a key with an existing object, with `If-None-Match`. Returns whether the bucket refused the completion.
 */
function completeOver(
  client: BucketClient,
  { place, parts }: { place: MultipartPlace; parts: readonly StoredPart[] },
): Promise<boolean> {
  const upload = { ...place, parts };
  return client.call("CompleteMultipartUpload", async (options) => {
    try {
      await sendParts(client, { ...upload, condition: { "if-none-match": "*" } }, options);
      return false;
    } catch (error) {
      const isRefusal = failedWith(error, "PreconditionFailed", 412);
      if (!isRefusal && !failedWith(error, "NotImplemented", 501)) throw error;
      // Ends the multipart upload. This completion may fail, because the refused completion may already have ended the upload.
      await sendParts(client, { ...upload, condition: {} }, options).catch(() => undefined);
      return isRefusal;
    }
  });
}
