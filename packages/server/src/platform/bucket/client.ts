import { S3Client } from "@aws-sdk/client-s3";
import type { Credentials } from "@valetkey/presign";
import type { Clock } from "../clock.ts";
import { refusesCredentials, toBucketError, unavailable } from "./bucket-error.ts";
import type { CredentialSource } from "./credentials.ts";
import { createOptionalChecksums, type OptionalChecksums } from "./optional-checksums.ts";

export type Timeouts = {
  /** The maximum time to connect. */
  connectMs: number;
  /** The maximum time from a call to its response, including retries. Calls that transfer many bytes get extra time. */
  callMs: number;
  /** The maximum time without traffic in either direction. */
  idleMs: number;
};

/** Runs one call. Rejects with `bucket_unavailable` if the call fails or takes too long. */
type Call = <T>(
  operation: string,
  work: (options: { abortSignal: AbortSignal }) => Promise<T>,
  options?: { extraMs?: number },
) => Promise<T>;

/** The client of the SDK, the name of the bucket, and the functions that run calls and send checksums. */
export type BucketClient = { s3: S3Client; bucket: string; call: Call; optionalChecksums: OptionalChecksums };

export type ClientOptions = {
  bucket: string;
  region: string;
  endpoint: string | undefined;
  forcePathStyle: boolean;
  credentials: CredentialSource;
  clock: Clock;
  timeouts: Timeouts;
};

const MAX_ATTEMPTS = 3;

export function createClient(options: ClientOptions): BucketClient {
  const { bucket, region, endpoint, forcePathStyle, credentials, clock, timeouts } = options;
  const provider = async () => toIdentity(await credentials.lasting({ now: clock(), seconds: 0 }));
  const s3 = new S3Client({
    region,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Marked as memoised, so that the SDK does not cache the credentials itself. Then the SDK calls the provider each time, so a rotation
    // of the credentials takes effect immediately.
    credentials: Object.assign(provider, { memoized: true }),
    // Many S3 servers do not support the checksums that the SDK adds by default. Calls that need a checksum set it themselves.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // With the Expect header, the SDK would open a new connection for each part.
    expectContinueHeader: false,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: timeouts.connectMs, socketTimeout: timeouts.idleMs },
  });
  const call = createCall(credentials, timeouts.callMs);
  return { s3, bucket, call, optionalChecksums: createOptionalChecksums() };
}

/** Converts credentials to the type of the SDK, which does not allow undefined properties. */
function toIdentity({ accessKeyId, secretAccessKey, sessionToken, expiration }: Credentials) {
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration }),
  };
}

function createCall(credentials: CredentialSource, callMs: number): Call {
  return async (operation, work, { extraMs = 0 } = {}) => {
    const controller = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      controller.abort();
      // Also rejects the call itself, because the SDK ignores the abort signal while it waits for credentials.
      late.reject(unavailable(`The bucket did not respond to ${operation} within ${callMs + extraMs} ms`));
    }, callMs + extraMs);
    try {
      return await Promise.race([work({ abortSignal: controller.signal }), late.promise]);
    } catch (error) {
      if (refusesCredentials(error)) credentials.refused();
      throw toBucketError(error, operation);
    } finally {
      clearTimeout(timer);
    }
  };
}
