import {
  type Credentials,
  createPresigner,
  PresignError,
  type PresignedRequest,
  type PresignTarget,
} from "@valetkey/presign";
import type { Bucket, SignedPost, SignedRequest } from "../usecases/ports/index.ts";
import { toBucketError, unavailable } from "./bucket-error.ts";
import type { CredentialSource } from "./credentials.ts";
import { createDownloadOverrides } from "./download-overrides.ts";

export type Signing = Pick<Bucket, "urlOrigin" | "presignGet" | "presignPut" | "presignPost" | "presignPart">;

type Options = {
  /** As browsers reach it. */
  target: PresignTarget;
  credentials: CredentialSource;
  onWarning: (text: string) => void;
};

type Asked = { expiresInSeconds: number; now: number };

/** Signs downloads and uploads: without waiting, whenever the credentials are at hand. */
export function createSigning({ target, credentials, onWarning }: Options): Signing {
  const presigner = createPresigner(target);
  const serving = createDownloadOverrides();
  const capToCredentials = createCapToCredentials(onWarning);
  const signingWith = (asked: Asked, credentials: Credentials) => ({
    credentials,
    now: asked.now,
    expiresInSeconds: capToCredentials(asked, credentials),
  });

  function signGet(options: Parameters<Bucket["presignGet"]>[0], lasting: Credentials) {
    const { encodedKey, response } = serving(options);
    const expiresInSeconds = capToCredentials(options, lasting);
    return presigner.presignGet({ encodedKey, response, credentials: lasting, now: options.now, expiresInSeconds });
  }

  return {
    urlOrigin: presigner.origin,
    presignGet(options) {
      const lasting = credentials.lasting({ now: options.now, seconds: options.expiresInSeconds });
      if (!(lasting instanceof Promise)) return signGet(options, lasting);
      return asBucketError(lasting).then((fetched) => signGet(options, fetched));
    },
    async presignPut(options): Promise<SignedRequest> {
      const { objectKey, now, expiresInSeconds } = options;
      const lasting = await asBucketError(credentials.lasting({ now, seconds: expiresInSeconds }));
      const signed = presigner.presignPut({
        key: objectKey,
        headers: putHeaders(options),
        ...signingWith(options, lasting),
      });
      return asRequest(signed);
    },
    async presignPost(options): Promise<SignedPost> {
      const { objectKey, contentType, minBytes, maxBytes, now, expiresInSeconds } = options;
      const lasting = await asBucketError(credentials.lasting({ now, seconds: expiresInSeconds }));
      const { url, fields, expiresAt } = presigner.presignPost({
        key: objectKey,
        fields: { "Content-Type": contentType },
        conditions: [["content-length-range", minBytes, maxBytes]],
        ...signingWith(options, lasting),
      });
      return { url, fields, expiresAt };
    },
    async presignPart(options): Promise<SignedRequest> {
      const { objectKey, bucketUploadId, partNumber, sizeBytes, now, expiresInSeconds } = options;
      const lasting = await asBucketError(credentials.lasting({ now, seconds: expiresInSeconds }));
      const signed = presigner.presignUploadPart({
        key: objectKey,
        uploadId: bucketUploadId,
        partNumber,
        headers: { "content-length": String(sizeBytes) },
        ...signingWith(options, lasting),
      });
      return asRequest(signed);
    },
  };
}

function asRequest({ method, url, headers, expiresAt }: PresignedRequest): SignedRequest {
  return { method, url, headers, expiresAt };
}

/** What the bucket checks: another length, type or content is refused, and so is a second PUT (SECURITY-REQUIREMENTS 3, 4, 6, 8). */
function putHeaders(options: Parameters<Bucket["presignPut"]>[0]): Record<string, string> {
  const { contentType, sizeBytes, checksum, onlyOnce } = options;
  return {
    "content-length": String(sizeBytes),
    "content-type": contentType,
    ...(onlyOnce ? { "if-none-match": "*" } : {}),
    ...(checksum === undefined ? {} : { "x-amz-checksum-sha256": checksum.value }),
  };
}

/** A URL dies with its credentials: it is signed for no longer than they last, so that it tells the truth. Seconds. */
function createCapToCredentials(onWarning: (text: string) => void) {
  let warnedFor: Credentials | undefined;
  return ({ now, expiresInSeconds }: Asked, credentials: Credentials): number => {
    const endsAt = credentials.expiration?.getTime();
    if (endsAt === undefined) return expiresInSeconds;
    // A signature counts from the whole second.
    const seconds = Math.floor(endsAt / 1000) - Math.floor(now / 1000);
    if (seconds < 1) throw unavailable("The credentials for signing have expired, and their source gave no newer ones");
    if (seconds < expiresInSeconds && warnedFor !== credentials) {
      warnedFor = credentials;
      onWarning(
        `The credentials end in ${seconds} s, sooner than a URL that was asked for ${expiresInSeconds} s: it was signed for ${seconds} s. Use credentials that last longer, or lower URL_TTL_MAX.`,
      );
    }
    return Math.min(seconds, expiresInSeconds);
  };
}

async function asBucketError(credentials: Credentials | Promise<Credentials>): Promise<Credentials> {
  try {
    return await credentials;
  } catch (error) {
    throw error instanceof PresignError ? error : toBucketError(error, "Finding credentials");
  }
}
