import type { ProblemCode } from "./wire.ts";

/**
 * What can go wrong on this side. network: no answer came · aborted: by the caller · invalid_answer: what answered is not a Valet Key ·
 * bucket_refused: the bucket did not take or give the file, for a reason that waiting won't change · wrong_length: a download ended early ·
 * file_unreadable: the file to upload changed or went away · invalid_option: an argument can't be right.
 */
export type ClientErrorCode =
  | "network"
  | "aborted"
  | "invalid_answer"
  | "bucket_refused"
  | "wrong_length"
  | "file_unreadable"
  | "invalid_option";

/** The service's codes, as the contract lists them, and those of this package. */
export type ErrorCode = ProblemCode | ClientErrorCode;

type Details = {
  status?: number | undefined;
  requestId?: string | undefined;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
};

/**
 * The one error class of this package.
 *
 * `code` is for programs, `message` for people; `status` and `requestId` are those of the answer, when there was one; `cause` is the lower
 * error. A message never contains a token or a signed URL.
 */
export class ValetKeyError extends Error {
  override readonly name = "ValetKeyError";
  readonly code: ErrorCode;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** How long the service asks to wait, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** The error of a request that got no answer: the caller's doing, or the network's. */
export function unanswered(cause: unknown, { signal, what }: { signal?: AbortSignal | undefined; what: string }) {
  if (signal?.aborted && !isTimeout(signal.reason)) return aborted(signal.reason);
  return new ValetKeyError("network", `${what} got no answer: is there a connection, and is the address right?`, {
    cause,
  });
}

export function aborted(cause?: unknown): ValetKeyError {
  return new ValetKeyError("aborted", "It was aborted.", { cause });
}

/** Whether the same request may succeed later: no answer, an overload, an outage. What was decided stays decided. */
export function canGetBetter(error: unknown): error is ValetKeyError {
  if (!(error instanceof ValetKeyError)) return false;
  if (error.code === "network" || error.code === "bucket_unavailable") return true;
  const { status } = error;
  return status !== undefined && (status >= 500 || status === 429 || status === 408);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}
