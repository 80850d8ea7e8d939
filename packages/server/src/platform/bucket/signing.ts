import { setImmediate } from "node:timers/promises";
import {
  type Credentials,
  createPresigner,
  PresignError,
  type PresignedRequest,
  type PresignTarget,
} from "@valetkey/presign";
import { createCloudFrontSigner } from "@valetkey/presign/cloudfront";
import type { OptionOf } from "../text/option-names.ts";
import { toBucketError, unavailable } from "./client.ts";
import type { CredentialSource } from "./credentials.ts";
import { overridesOf } from "./download-headers.ts";
import type { Bucket, SignedRequest } from "./port.ts";

type Signing = Pick<Bucket, "urlOrigin" | "downloadOrigin" | "presignGet" | "presignPut" | "presignPart">;

/** `target`: the bucket at its public endpoint. `cloudFront`: undefined if the bucket serves downloads. */
type Options = {
  target: PresignTarget;
  credentials: CredentialSource;
  onWarning: (text: string) => void;
  cloudFront: CloudFrontTarget | undefined;
  optionOf: OptionOf | undefined;
};

type Asked = { expiresInSeconds: number; now: number };

/** Presigns downloads and uploads. With cached credentials, a download is signed without a wait. */
export function createSigning({ target, credentials, onWarning, cloudFront, optionOf }: Options): Signing {
  const presigner = createPresigner(target);
  const capToCredentials = createCapToCredentials(onWarning);
  const lastingFor = ({ now, expiresInSeconds }: Asked) => credentials.lasting({ now, seconds: expiresInSeconds });

  async function findSigning(asked: Asked) {
    const lasting = await asBucketError(lastingFor(asked), optionOf);
    return { credentials: lasting, now: asked.now, expiresInSeconds: capToCredentials(asked, lasting) };
  }

  function signGet(options: Parameters<Bucket["presignGet"]>[0], lasting: Credentials) {
    const { encodedKey, response } = overridesOf(options);
    const capped = capToCredentials(options, lasting);
    const { now, cacheWindowSeconds } = options;
    // A cacheable URL must not change each second, so it contains the requested expiry. `expiresAt` is the expiry of the credentials if
    // they expire earlier than the URL.
    const expiresInSeconds = cacheWindowSeconds === undefined ? capped : options.expiresInSeconds;
    return presigner.presignGet({
      encodedKey,
      response,
      credentials: lasting,
      now,
      expiresInSeconds,
      cacheWindowSeconds,
    });
  }

  const downloads: Downloads = {
    downloadOrigin: presigner.origin,
    presignGet(options) {
      const lasting = lastingFor(options);
      if (!(lasting instanceof Promise)) return signGet(options, lasting);
      return asBucketError(lasting, optionOf).then((fetched) => signGet(options, fetched));
    },
  };
  return {
    urlOrigin: presigner.origin,
    ...(cloudFront === undefined ? downloads : createCloudFrontDownloads(cloudFront)),
    async presignPut(options): Promise<SignedRequest> {
      const signing = await findSigning(options);
      return asRequest(presigner.presignPut({ key: options.objectKey, headers: putHeaders(options), ...signing }));
    },
    async presignPart(options): Promise<SignedRequest> {
      const { objectKey, bucketUploadId, partNumber, sizeBytes } = options;
      const signing = await findSigning(options);
      const headers = { "content-length": String(sizeBytes) };
      const part = { key: objectKey, uploadId: bucketUploadId, partNumber, headers };
      return asRequest(presigner.presignUploadPart({ ...part, ...signing }));
    },
  };
}

function asRequest({ method, url, headers, expiresAt }: PresignedRequest): SignedRequest {
  return { method, url, headers, expiresAt };
}

/**
 * Returns the headers that the bucket enforces: length, type, checksum, and the condition for only one PUT (docs/security-requirements.md,
 * 3, 4, 6, 8).
 */
function putHeaders(options: Parameters<Bucket["presignPut"]>[0]): Record<string, string> {
  const { contentType, sizeBytes, checksum, onlyOnce } = options;
  return {
    "content-length": String(sizeBytes),
    "content-type": contentType,
    ...(onlyOnce ? { "if-none-match": "*" } : {}),
    ...(checksum === undefined ? {} : { "x-amz-checksum-sha256": checksum.value }),
  };
}

/** Returns a function that limits the lifetime of a URL, in seconds, to the lifetime of its credentials. */
function createCapToCredentials(onWarning: (text: string) => void) {
  let warnedFor: Credentials | undefined;
  return ({ now, expiresInSeconds }: Asked, credentials: Credentials): number => {
    const expiresAt = credentials.expiration?.getTime();
    if (expiresAt === undefined) return expiresInSeconds;
    // Both instants are rounded down, because the lifetime of a signature begins at a full second.
    const seconds = Math.floor(expiresAt / 1000) - Math.floor(now / 1000);
    if (seconds < 1)
      throw unavailable("The credentials for signing have expired, and the provider returned no newer ones");
    if (seconds < expiresInSeconds && warnedFor !== credentials) {
      warnedFor = credentials;
      onWarning(
        `The credentials expire in ${seconds} s, before a requested URL of ${expiresInSeconds} s: it was signed for ${seconds} s. Use credentials that last longer, or lower URL_TTL_MAX.`,
      );
    }
    return Math.min(seconds, expiresInSeconds);
  };
}

async function asBucketError(
  credentials: Credentials | Promise<Credentials>,
  optionOf: OptionOf | undefined,
): Promise<Credentials> {
  try {
    return await credentials;
  } catch (error) {
    throw error instanceof PresignError ? error : toBucketError(error, { operation: "Finding credentials", optionOf });
  }
}

type Downloads = Pick<Bucket, "downloadOrigin" | "presignGet">;

export type CloudFrontTarget = {
  /** The URL of the distribution, without a path. */
  distribution: string;
  keyPairId: string;
  /** The private key of the distribution in PEM format. */
  privateKey: string;
  hash: "sha1" | "sha256";
  /** Whether each URL works only for the IP address of the client that requested the URL. */
  bindsIp: boolean;
};

/** Signs download URLs for a CloudFront distribution. The signatures do not use the credentials of the bucket. */
function createCloudFrontDownloads({ bindsIp, ...target }: CloudFrontTarget): Downloads {
  const signer = createCloudFrontSigner(target);
  return {
    downloadOrigin: signer.origin,
    async presignGet(options) {
      const { now, expiresInSeconds, cacheWindowSeconds, clientIp } = options;
      if (bindsIp && clientIp === undefined)
        throw new Error("A URL would be signed without the IP address of its client");
      // An RSA signature blocks the event loop for a third of a millisecond. This pause lets other requests run between the signatures of a
      // batch.
      await setImmediate();
      const ipAddress = bindsIp ? clientIp : undefined;
      const signing = { now, expiresInSeconds, cacheWindowSeconds, ipAddress };
      const { url, expiresAt } = signer.presignGet({ ...overridesOf(options), ...signing });
      return { url, expiresAt };
    },
  };
}
