/** The codes of the errors that use cases throw. `contract/problems.ts` contains all codes, and the HTTP status of each code. */
export type DomainErrorCode =
  | "invalid_request"
  | "invalid_filename"
  | "invalid_cursor"
  | "expires_in_out_of_range"
  | "access_denied"
  | "not_found"
  | "note_not_found"
  | "attachment_not_found"
  | "upload_not_found"
  | "share_not_found"
  | "invitation_not_found"
  | "invitation_used"
  | "invitation_expired"
  | "own_invitation"
  | "too_many_invitations"
  | "access_request_not_found"
  | "link_not_found"
  | "wrong_password"
  | "wrong_code"
  | "recipient_required"
  | "links_disabled"
  | "mail_disabled"
  | "account_link_invalid"
  | "second_factor_required"
  | "wrong_second_factor"
  | "second_factor_exists"
  | "second_factor_missing"
  | "passkey_exists"
  | "account_closed"
  | "passkey_not_found"
  | "too_many_passkeys"
  | "request_full"
  | "kind_not_accepted"
  | "too_many_links"
  | "user_not_found"
  | "last_administrator"
  | "policy_fixed"
  | "mail_not_found"
  | "token_not_found"
  | "webhook_not_found"
  | "webhook_disabled"
  | "too_many_webhooks"
  | "note_changed"
  | "attachment_not_ready"
  | "upload_not_pending"
  | "upload_incomplete"
  | "upload_rejected"
  | "idempotency_key_in_use"
  | "idempotency_key_reused"
  | "object_not_found"
  | "object_already_attached"
  | "email_taken"
  | "file_too_large"
  | "quota_exceeded"
  | "too_many_shares"
  | "too_many_tokens"
  | "too_many_uploads"
  | "rate_limited"
  | "upload_aborted"
  | "service_busy"
  | "bucket_unavailable"
  | "scanner_unavailable"
  | "storage_full"
  | "database_unavailable"
  | "search_timeout";

/** The error that use cases throw. The user sees `message`, and only the log contains `cause`. */
export class DomainError extends Error {
  readonly code: DomainErrorCode;
  /** How long the client must wait before a new request can succeed. Seconds. Undefined: this time is unknown. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: DomainErrorCode, message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options);
    this.name = "DomainError";
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}
