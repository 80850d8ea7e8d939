import { S3Client } from "@aws-sdk/client-s3";
import type { Credentials } from "@valetkey/presign";
import type { Clock } from "../usecases/ports/index.ts";
import { refusesCredentials, toBucketError, unavailable } from "./bucket-error.ts";
import type { CredentialSource } from "./credentials.ts";

export type Timeouts = {
  /** To reach the bucket. */
  connectMs: number;
  /** From a call to its answer, retries included; what a call carries in bytes is granted time of its own. */
  callMs: number;
  /** Without a byte in either direction. */
  idleMs: number;
};

/** Makes one call: within its time, or it rejects with `bucket_unavailable`. */
type Call = <T>(
  operation: string,
  work: (options: { abortSignal: AbortSignal }) => Promise<T>,
  options?: { extraMs?: number },
) => Promise<T>;

/** What every operation needs: the SDK's client, the bucket's name, and the way to call. */
export type BucketClient = { s3: S3Client; bucket: string; call: Call };

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
    // Marked as memoised so that the SDK asks us every time, and a rotation is seen at once.
    credentials: Object.assign(provider, { memoized: true }),
    // Other S3 servers don't know the SDK's checksums; where they matter we send our own.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // It would open a connection for each part.
    expectContinueHeader: false,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: timeouts.connectMs, socketTimeout: timeouts.idleMs },
  });
  return { s3, bucket, call: createCall(credentials, timeouts.callMs) };
}

/** In the SDK's type, where what is not set is not there. */
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
      // The SDK does not look at the signal while it waits for credentials.
      late.reject(unavailable(`${operation} had no answer from the bucket within ${callMs + extraMs} ms`));
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
