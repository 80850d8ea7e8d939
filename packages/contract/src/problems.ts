import { type Static, Type } from "typebox";

/**
 * Every error code of the service, with its HTTP status and title (RFC 9457). A client should decide by the code, because the text of
 * `detail` can change.
 *
 * @example
 * ```ts
 * import { problems } from "@valetkey/contract";
 *
 * console.log(problems.access_denied.status); // 403
 * ```
 */
export const problems = {
  invalid_request: { status: 400, title: "Invalid request" },
  invalid_filename: { status: 400, title: "Invalid filename" },
  invalid_path: { status: 400, title: "Invalid path" },
  invalid_cursor: { status: 400, title: "Invalid cursor" },
  expires_in_out_of_range: { status: 400, title: "Expiry out of range" },
  sign_in_expired: { status: 400, title: "Sign-in expired" },
  sign_in_failed: { status: 400, title: "Sign-in failed" },
  upload_aborted: { status: 400, title: "Upload aborted" },
  unauthenticated: { status: 401, title: "Not signed in" },
  access_denied: { status: 403, title: "Access denied" },
  wrong_password: { status: 403, title: "Wrong password" },
  wrong_code: { status: 403, title: "Wrong code" },
  recipient_required: { status: 403, title: "Email address needed" },
  second_factor_required: { status: 403, title: "Second factor required" },
  wrong_second_factor: { status: 403, title: "Wrong code" },
  account_closed: { status: 403, title: "Account closed" },
  passkey_refused: { status: 403, title: "Passkey refused" },
  passkeys_unavailable: { status: 403, title: "Passkeys unavailable" },
  links_disabled: { status: 403, title: "Links are off" },
  mail_disabled: { status: 403, title: "Mail is off" },
  sending_disabled: { status: 403, title: "Sending by mail is off" },
  email_not_verified: { status: 403, title: "Email address not verified" },
  email_not_proven: { status: 403, title: "Email address not proven" },
  ipv4_required: { status: 403, title: "IPv4 required" },
  cross_site_request: { status: 403, title: "Cross-site request refused" },
  not_found: { status: 404, title: "Not found" },
  note_not_found: { status: 404, title: "Note not found" },
  attachment_not_found: { status: 404, title: "Attachment not found" },
  preview_not_found: { status: 404, title: "Preview not found" },
  upload_not_found: { status: 404, title: "Upload not found" },
  link_not_found: { status: 404, title: "Link not found" },
  invitation_not_found: { status: 404, title: "Invitation not found" },
  access_request_not_found: { status: 404, title: "Request for access not found" },
  share_not_found: { status: 404, title: "Share not found" },
  passkey_not_found: { status: 404, title: "Passkey not found" },
  token_not_found: { status: 404, title: "Token not found" },
  token_request_not_found: { status: 404, title: "Code not found" },
  webhook_not_found: { status: 404, title: "Webhook not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  request_timeout: { status: 408, title: "Request timeout" },
  note_changed: { status: 409, title: "Note changed" },
  attachment_not_ready: { status: 409, title: "Attachment not ready" },
  attachment_moved: { status: 409, title: "Attachment moved" },
  upload_not_pending: { status: 409, title: "Upload not pending" },
  upload_incomplete: { status: 409, title: "Upload incomplete" },
  preview_exists: { status: 409, title: "Preview exists" },
  preview_too_late: { status: 409, title: "Too late for a preview" },
  idempotency_key_in_use: { status: 409, title: "Idempotency key in use" },
  object_already_attached: { status: 409, title: "Object already attached" },
  request_full: { status: 409, title: "File request full" },
  invitation_used: { status: 409, title: "Invitation used" },
  own_invitation: { status: 409, title: "Own invitation" },
  too_many_invitations: { status: 409, title: "Too many invitations" },
  mail_not_found: { status: 404, title: "Mail not found" },
  policy_fixed: { status: 409, title: "Set by the operator" },
  last_administrator: { status: 409, title: "Last administrator" },
  too_many_pins: { status: 409, title: "Too many pins" },
  too_many_links: { status: 409, title: "Too many links" },
  too_many_shares: { status: 409, title: "Too many shares" },
  too_many_tokens: { status: 409, title: "Too many tokens" },
  too_many_webhooks: { status: 409, title: "Too many webhooks" },
  link_ended: { status: 409, title: "Link has ended" },
  receiver_not_listed: { status: 409, title: "Person not listed" },
  webhook_disabled: { status: 409, title: "Webhook disabled" },
  second_factor_exists: { status: 409, title: "Second factor is on" },
  second_factor_missing: { status: 409, title: "Second factor is off" },
  passkey_exists: { status: 409, title: "Passkey in use" },
  too_many_passkeys: { status: 409, title: "Too many passkeys" },
  email_taken: { status: 409, title: "Email address in use" },
  account_link_invalid: { status: 410, title: "Link no longer works" },
  invitation_expired: { status: 410, title: "Invitation expired" },
  file_too_large: { status: 413, title: "File too large" },
  quota_exceeded: { status: 413, title: "Quota exceeded" },
  payload_too_large: { status: 413, title: "Request too large" },
  unsupported_media_type: { status: 415, title: "Unsupported media type" },
  kind_not_accepted: { status: 415, title: "Kind of file not accepted" },
  user_not_found: { status: 422, title: "User not found" },
  object_not_found: { status: 422, title: "Object not found" },
  idempotency_key_reused: { status: 422, title: "Idempotency key reused" },
  file_refused: { status: 422, title: "File refused" },
  preview_invalid: { status: 422, title: "Preview invalid" },
  upload_rejected: { status: 422, title: "Upload rejected" },
  too_many_uploads: { status: 429, title: "Too many pending uploads" },
  sending_limit_reached: { status: 429, title: "Limit of sent links reached" },
  rate_limited: { status: 429, title: "Too many requests" },
  headers_too_large: { status: 431, title: "Headers too large" },
  internal: { status: 500, title: "Internal error" },
  bucket_unavailable: { status: 503, title: "Bucket unavailable" },
  scanner_unavailable: { status: 503, title: "Virus scanner unavailable" },
  identity_provider_unavailable: { status: 503, title: "Identity provider unavailable" },
  database_unavailable: { status: 503, title: "Database unavailable" },
  search_timeout: { status: 503, title: "Search took too long" },
  service_busy: { status: 503, title: "Service busy" },
  shutting_down: { status: 503, title: "Shutting down" },
  storage_full: { status: 507, title: "Storage full" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** The values of `error` in the URL `/sign-in?error=` after a failed sign-in with an identity provider. */
export const signInErrors = [
  "access_denied",
  "email_taken",
  "email_not_verified",
  "sign_in_expired",
  "sign_in_failed",
  "identity_provider_unavailable",
  "rate_limited",
  "database_unavailable",
  "internal",
] as const satisfies readonly ProblemCode[];
export type SignInError = (typeof signInErrors)[number];

/**
 * Why the service rejected a file, for programs, for example to explain it in the language of the reader. `expectedType`: the content type
 * that the filename or the declaration promises. `detectedType`: the type of the content, if the service knows it. Later versions can add
 * codes, so show `reason` for an unknown code.
 */
export const Rejection = Type.Object({
  code: Type.Enum([
    "content_mismatch",
    "name_mismatch",
    "kind_not_accepted",
    "infected",
    "too_large_to_scan",
    "not_as_declared",
    "changed",
    "access_ended",
    "request_ended",
    "declined",
  ]),
  expectedType: Type.Optional(Type.String()),
  detectedType: Type.Optional(Type.String()),
  virus: Type.Optional(Type.String()),
});
export type Rejection = Static<typeof Rejection>;

/**
 * The body of every error response, as `application/problem+json`. `message` and `detail` are the same text. `rejection`: only for
 * `upload_rejected`.
 */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Enum(Object.keys(problems) as ProblemCode[]),
    message: Type.String(),
    requestId: Type.String(),
    rejection: Type.Optional(Rejection),
  },
  { $id: "Problem", description: "An error (RFC 9457)" },
);
export type Problem = Static<typeof Problem>;

/** The refusal of one file of a batch, which does not affect the other files. */
export const FileProblem = Type.Object({
  code: Type.Enum(Object.keys(problems) as ProblemCode[]),
  status: Type.Integer(),
  detail: Type.String(),
  retryAfterSeconds: Type.Optional(
    Type.Integer({ description: "the seconds after which a new request can succeed, if they are known" }),
  ),
  rejection: Type.Optional(Rejection),
});
export type FileProblem = Static<typeof FileProblem>;
