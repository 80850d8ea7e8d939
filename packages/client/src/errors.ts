import type { ProblemCode, Rejection } from "./wire.ts";

/**
 * The error codes of the package `@valetkey/client`.
 *
 * - `network`: no response arrived at the client.
 * - `aborted`: the caller aborted the call.
 * - `invalid_response`: the response is not from Valet Key.
 * - `bucket_refused`: the bucket refused the upload or download, and a retry would not help.
 * - `not_displayable`: an element of the page cannot show the file. Only `@valetkey/react` uses this code.
 * - `wrong_length`: the bucket returned fewer or more bytes than the file has.
 * - `file_unreadable`: the file to upload has changed or does not exist.
 * - `invalid_option`: an argument is invalid.
 */
export type ClientErrorCode =
  | "network"
  | "aborted"
  | "invalid_response"
  | "bucket_refused"
  | "not_displayable"
  | "wrong_length"
  | "file_unreadable"
  | "invalid_option";

/** The error codes of the service and of the package `@valetkey/client`. */
export type ErrorCode = ProblemCode | ClientErrorCode;

type Details = {
  status?: number | undefined;
  requestId?: string | undefined;
  retryAfterSeconds?: number | undefined;
  rejection?: Rejection | undefined;
  cause?: unknown;
};

/**
 * The only error class of the package `@valetkey/client`.
 *
 * `code` is for programs, and `message` is for people. `status` and `requestId` come from the response of the service, if a response
 * arrived. A message never contains a token or a signed URL.
 */
export class ValetKeyError extends Error {
  override readonly name = "ValetKeyError";
  readonly code: ErrorCode;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** The seconds that the service asks the client to wait before the next attempt. */
  readonly retryAfterSeconds: number | undefined;
  /**
   * Why the service rejected the upload (`upload_rejected`), as a code with parameters. The member `rejection` is undefined if the service
   * gave no reason.
   */
  readonly rejection: Rejection | undefined;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.rejection = details.rejection;
  }
}

/** Makes the error of a request without a response: `aborted` if the caller aborted the request, `network` for every other cause. */
export function networkError(cause: unknown, { signal, what }: { signal?: AbortSignal | undefined; what: string }) {
  if (signal?.aborted && !isTimeout(signal.reason)) return aborted(signal.reason);
  return new ValetKeyError("network", `${what} got no response. Check the connection and the URL.`, { cause });
}

export function aborted(cause?: unknown): ValetKeyError {
  return new ValetKeyError("aborted", "The caller aborted the operation.", { cause });
}

/** Returns whether the request may succeed later, for example because no response arrived or the service was overloaded. */
export function isRetryable(error: unknown): error is ValetKeyError {
  if (!(error instanceof ValetKeyError)) return false;
  if (error.code === "network" || error.code === "bucket_unavailable") return true;
  const { status } = error;
  return status !== undefined && (status >= 500 || status === 429 || status === 408);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}

/** The upper limit of the wait after the first attempt. */
const BASE_DELAY_MS = 500;
export const MAX_DELAY_MS = 30_000;

/**
 * Returns the wait before the next attempt, in milliseconds. The wait is never shorter than `Retry-After`.
 *
 * The wait is random (full jitter), so that many clients do not retry at the same time after an outage. The upper limit grows
 * exponentially.
 */
export function retryDelayMs(
  { random }: { random(): number },
  { failures, retryAfterSeconds = 0 }: { failures: number; retryAfterSeconds?: number | undefined },
): number {
  const jittered = random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** failures);
  return jittered + retryAfterSeconds * 1000;
}
