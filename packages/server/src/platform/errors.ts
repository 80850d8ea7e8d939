import type { ProblemCode, Rejection } from "@valetkey/contract";

/** The codes of errors that only the HTTP layer throws. Each code must also be in the contract. */
const httpErrorCodes = [
  "sign_in_expired",
  "sign_in_failed",
  "unauthenticated",
  "passkey_refused",
  "passkeys_unavailable",
  "email_not_verified",
  "ipv4_required",
  "cross_site_request",
  "method_not_allowed",
  "request_timeout",
  "payload_too_large",
  "unsupported_media_type",
  "headers_too_large",
  "internal",
  "identity_provider_unavailable",
  "shutting_down",
] as const satisfies readonly ProblemCode[];

/** The codes of the errors that use cases throw. */
export type DomainErrorCode = Exclude<ProblemCode, (typeof httpErrorCodes)[number]>;

/** An error that a use case throws. The user sees `message`, and only the log contains `cause`. */
export class DomainError extends Error {
  readonly code: DomainErrorCode;
  /** The time in seconds after which a new request can succeed. Undefined: the time is unknown. */
  readonly retryAfterSeconds: number | undefined;
  /** The reason of `upload_rejected`, for programs. */
  readonly rejection: Rejection | undefined;

  constructor(
    code: DomainErrorCode,
    message: string,
    options?: ErrorOptions & { retryAfterSeconds?: number; rejection?: Rejection | undefined },
  ) {
    super(message, options);
    this.name = "DomainError";
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds;
    this.rejection = options?.rejection;
  }
}

/** Creates the error for an invalid request. The message says what is wrong, and what helps. */
export function invalidRequest(message: string, options?: ErrorOptions): DomainError {
  return new DomainError("invalid_request", message, options);
}

export type Noun = "attachment" | "link" | "note" | "passkey" | "share" | "token" | "upload" | "user" | "webhook";

/** Creates the error for a missing thing, such as `note_not_found`. The error can also hide a thing that exists. */
export function noSuch(noun: Noun, options?: ErrorOptions): DomainError {
  return new DomainError(`${noun}_not_found`, `${noun[0]?.toUpperCase()}${noun.slice(1)} not found`, options);
}
