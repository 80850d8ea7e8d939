import { type Clock, within } from "../clock.ts";
import { DomainError } from "../errors.ts";
import { nameOptions, type OptionOf } from "../text/option-names.ts";
import type { CredentialSource } from "./credentials.ts";
import { createRequests, type Requests } from "./requests.ts";

export type Timeouts = {
  connectMs: number;
  /** The maximum time from a call to its response, including retries. A call that transfers many bytes gets extra time. */
  callMs: number;
  /** The maximum time without traffic in either direction. */
  idleMs: number;
};

/** Runs one call to the bucket. Rejects with `bucket_unavailable` if the call fails or takes too long. */
type Call = <T>(
  operation: string,
  work: (options: { abortSignal: AbortSignal }) => Promise<T>,
  options?: { extraMs?: number },
) => Promise<T>;

export type BucketClient = Requests & { bucket: string; call: Call; optionalChecksums: OptionalChecksums };

type ClientOptions = {
  bucket: string;
  region: string;
  endpoint: string | undefined;
  forcePathStyle: boolean;
  credentials: CredentialSource;
  clock: Clock;
  timeouts: Timeouts;
  optionOf?: OptionOf | undefined;
};

export function createClient({ credentials, clock, timeouts, optionOf, ...target }: ClientOptions): BucketClient {
  return {
    ...createRequests({ target, credentials, clock, timeouts }),
    bucket: target.bucket,
    call: createCall(credentials, { callMs: timeouts.callMs, optionOf }),
    optionalChecksums: createOptionalChecksums(),
  };
}

type CallSettings = { callMs: number; optionOf: OptionOf | undefined };

function createCall(credentials: CredentialSource, { callMs, optionOf }: CallSettings): Call {
  return async (operation, work, { extraMs = 0 } = {}) => {
    const milliseconds = callMs + extraMs;
    const controller = new AbortController();
    const late = () => {
      controller.abort();
      return unavailable(`The bucket did not respond to ${operation} within ${milliseconds} ms`);
    };
    try {
      // The time limit also rejects the call, because the wait for credentials ignores the abort signal.
      return await within({ milliseconds, late }, () => work({ abortSignal: controller.signal }));
    } catch (error) {
      if (refusesCredentials(error)) credentials.refused();
      throw toBucketError(error, { operation, optionOf });
    }
  };
}

const UNREACHABLE = "The file store can't be reached at the moment. Try again in a minute.";

const NOT_WRITABLE = "The file store can't be written. Check the disk of the bucket, and mount it for writing.";

const FULL = "The file store is full. Delete files to free space.";

/** The advice for the operator, for each error code of the bucket. */
const ADVICE: Record<string, string> = {
  NoSuchBucket: "there is no such bucket: check AWS_BUCKET_NAME, AWS_REGION and S3_ENDPOINT",
  InvalidAccessKeyId: "the access key is unknown: check AWS_ACCESS_KEY_ID, or the role",
  SignatureDoesNotMatch:
    "the signature is wrong: check AWS_SECRET_ACCESS_KEY and that no proxy changes the Host header",
  InvalidToken: "the session token is wrong: check AWS_SESSION_TOKEN",
  ExpiredToken: "the temporary credentials have expired",
  AccessDenied:
    "the credentials lack a permission (s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, s3:ListMultipartUploadParts and s3:ListBucket are needed; without s3:ListBucket a missing object looks like this too)",
  RequestTimeTooSkewed: "this machine's clock is off by more than 15 minutes",
  SlowDown: "the bucket throttles requests",
  PermanentRedirect: "the bucket is in another region: check AWS_REGION",
  AuthorizationHeaderMalformed: "the bucket is in another region: check AWS_REGION",
  CredentialsProviderError:
    "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role",
  TimeoutError: "the bucket does not respond in time: check S3_ENDPOINT and the network",
  AbortError: "the bucket does not respond in time: check S3_ENDPOINT and the network",
  ECONNREFUSED: "nothing listens at the endpoint: check S3_ENDPOINT",
  ENOTFOUND: "the host name is unknown: check S3_ENDPOINT, AWS_REGION and S3_FORCE_PATH_STYLE",
};

const BY_STATUS: Record<number, string> = { 301: "PermanentRedirect", 403: "AccessDenied" };
const REFUSED_CREDENTIALS = new Set(["InvalidAccessKeyId", "ExpiredToken", "InvalidToken", "SignatureDoesNotMatch"]);

type Failure = Error & { code?: unknown; $metadata?: { httpStatusCode?: number; requestId?: string } };

/**
 * The cause of `bucket_unavailable`. `advice`: the reason and the remedy, without facts about the network, or undefined if the reason is
 * unknown.
 */
export class BucketFault extends Error {
  readonly advice: string | undefined;

  constructor(explanation: string, advice?: string) {
    super(explanation);
    this.advice = advice;
  }
}

/**
 * Converts the error of a request to `bucket_unavailable`, or to `storage_full` if the disk of the bucket is full. The cause of the new
 * error names the operation and gives advice to the operator. The new error does not contain the original error, which may contain secrets
 * of a credential provider. Domain errors and programming errors remain unchanged.
 */
export function toBucketError(
  error: unknown,
  { operation, optionOf = {} }: { operation: string; optionOf?: OptionOf | undefined },
): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error;
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return error;
  const known = ADVICE[codeOf(error)] ?? ADVICE[BY_STATUS[statusOf(error) ?? 0] ?? ""];
  const advice = known && nameOptions(known, optionOf);
  const cause = new BucketFault(explain(error, { operation, advice }), advice);
  if (failedWith(error, "InsufficientStorage", 507)) return new DomainError("storage_full", FULL, { cause });
  if (failedWith(error, "StorageNotWritable")) return new DomainError("bucket_unavailable", NOT_WRITABLE, { cause });
  return new DomainError("bucket_unavailable", UNREACHABLE, { cause });
}

/** Creates the error `bucket_unavailable`. Only the log shows `explanation`, which is the cause of the error. */
export function unavailable(explanation: string): DomainError {
  return new DomainError("bucket_unavailable", UNREACHABLE, { cause: new BucketFault(explanation) });
}

/** Returns whether the bucket refused the credentials. After such a refusal, new credentials may help. */
function refusesCredentials(error: unknown): boolean {
  return error instanceof Error && REFUSED_CREDENTIALS.has(codeOf(error));
}

/** Returns whether an S3 error has one of the expected codes or statuses. The error of a HEAD request has no code, only a status. */
export function failedWith(error: unknown, ...expected: (string | number)[]): boolean {
  if (!(error instanceof Error)) return false;
  const status = statusOf(error);
  return expected.includes(codeOf(error)) || (status !== undefined && expected.includes(status));
}

/**
 * Returns an error handler for a call. The handler returns undefined for an error with an expected code or status, and throws other errors.
 */
export function unless(...expected: (string | number)[]): (error: unknown) => undefined {
  return (error) => {
    if (!failedWith(error, ...expected)) throw error;
  };
}

function explain(error: Failure, { operation, advice }: { operation: string; advice: string | undefined }): string {
  const code = codeOf(error);
  const status = statusOf(error);
  const { requestId } = error.$metadata ?? {};
  const facts = [code, status && `status ${status}`, requestId && `request ${requestId}`].filter(Boolean).join(", ");
  return `${operation} failed at the bucket${advice === undefined ? "" : `: ${advice}`} (${facts}: ${error.message})`;
}

function codeOf(error: Failure): string {
  return error.$metadata?.httpStatusCode === undefined && typeof error.code === "string" ? error.code : error.name;
}

function statusOf(error: Failure): number | undefined {
  return error.$metadata?.httpStatusCode;
}

/** Sends a request with checksum headers. If the server refuses these headers, sends the request again without them. */
type OptionalChecksums = <T>(send: (withChecksums: boolean) => Promise<T>) => Promise<T>;

/** The statuses with which servers refuse unknown headers. Backblaze B2 returns 400, and other servers return 501. */
const CHECKSUM_REFUSALS = [400, 501];
/** The codes of errors that also have the status 400, but are not about checksum headers. */
const OTHER_FAULTS = ["BadDigest", "RequestTimeout"];

/** Remembers a refusal of checksum headers as long as the process runs. */
function createOptionalChecksums(): OptionalChecksums {
  let areAccepted = true;
  return async (send) => {
    if (!areAccepted) return send(false);
    try {
      return await send(true);
    } catch (error) {
      const isRefusal = failedWith(error, ...CHECKSUM_REFUSALS) && !failedWith(error, ...OTHER_FAULTS);
      if (!isRefusal || refusesCredentials(error)) throw error;
      const result = await send(false);
      // The second request succeeded, so the checksum headers were the reason for the refusal.
      areAccepted = false;
      return result;
    }
  };
}
