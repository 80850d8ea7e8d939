/** The error codes of the package `@valetkey/presign`. Only a new version of the package can have a new code. */
export type PresignErrorCode =
  | "invalid_target"
  | "invalid_credentials"
  | "credentials_expired"
  | "invalid_key"
  | "invalid_text"
  | "invalid_header"
  | "invalid_expires_in"
  | "invalid_now"
  | "invalid_cache_window"
  | "invalid_part"
  | "invalid_policy"
  | "invalid_ip_address"
  | "invalid_s3_url";

/**
 * The only error class of `@valetkey/presign`.
 *
 * `code` is for programs, and `message` is for people. A message never contains a secret.
 */
export class PresignError extends Error {
  override readonly name = "PresignError";
  readonly code: PresignErrorCode;

  constructor(code: PresignErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
