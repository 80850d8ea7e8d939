import type { ErrorCode } from "@valetkey/client";

/**
 * The texts for problems that are not in `problems.ts`. A page loads this file at its first problem, because most visits never need it.
 * `invalid_request` and `invalid_filename` have no text: the messages of the service are English, and say which value is wrong.
 */
export const rareProblems: Partial<Record<ErrorCode, string>> = {
  // The request
  invalid_cursor: "This list has changed. Reload the page.",
  expires_in_out_of_range: "This time is too short or too long.",
  not_found: "There is nothing here.",
  method_not_allowed: "This service can't do that.",
  request_timeout: "The request took too long. Try again.",
  payload_too_large: "This is too much for one request. Make it shorter.",
  headers_too_large: "Your browser sends too many cookies. Delete the cookies of this page.",
  unsupported_media_type: "The service does not accept this format.",
  cross_site_request: "This request must come from a page of this service. Reload the page.",
  idempotency_key_in_use: "The same request is still running. Wait a moment.",
  idempotency_key_reused: "This request was sent before with other values. Reload the page.",

  // Accounts
  sign_in_expired: "The sign-in took too long. Sign in again.",
  sign_in_failed: "The sign-in did not work. Try again.",
  wrong_password: "The password is wrong.",
  wrong_code: "This code is wrong, or it no longer works. Ask for a new one.",
  second_factor_required: "This account also needs a code of the authenticator app, or a recovery code.",
  wrong_second_factor: "This code is wrong, has expired, or was used before. Take the next one.",
  second_factor_exists: "Two-step sign-in is on already.",
  second_factor_missing: "Two-step sign-in is off.",
  account_closed: "You deleted this account. It is closed, and is deleted for good after 14 days.",
  passkey_refused: "This passkey was not accepted. Try again, or use your password.",
  passkeys_unavailable: "Passkeys need HTTPS and a host name.",
  passkey_not_found: "This passkey is gone.",
  passkey_exists: "This passkey belongs to an account already.",
  too_many_passkeys: "An account can't have more passkeys. Remove one first.",
  too_many_pins: "No more notes can be pinned. Unpin one first.",
  email_taken: "An account with this email address exists already.",
  email_not_verified: "This email address is not confirmed.",
  account_link_invalid: "This link has expired, or was used before. Ask for a new one.",
  identity_provider_unavailable: "The sign-in service does not answer at the moment. Try again soon.",
  mail_disabled: "This service sends no mails. Ask the person who runs it.",
  token_not_found: "This API token is gone.",
  too_many_tokens: "An account can't have more API tokens. Revoke one first.",
  user_not_found: "This person is not here.",
  last_administrator: "This is the only administrator. Add another one first.",
  policy_fixed: "The person who runs the service has set this rule. It can't be changed here.",
  mail_not_found: "This mail is gone, or is still being sent.",

  // Notes, files and uploads
  note_changed: "This note was changed in the meantime. Reload it.",
  attachment_moved: "This file is in another note now. Reload the page.",
  attachment_not_ready: "This file is not ready yet. Try again in a moment.",
  upload_not_found: "This upload is gone. Add the file again.",
  upload_aborted: "This upload was cancelled.",
  upload_not_pending: "This upload has ended already.",
  upload_incomplete: "The file has not fully arrived yet. Try again.",
  kind_not_accepted: "This kind of file is not accepted here.",
  object_not_found: "This file is not in the file store.",
  object_already_attached: "This file is attached to a note already.",
  scanner_unavailable: "The virus scanner does not answer at the moment. Try again soon.",
  ipv4_required: "This file can only be loaded over IPv4. Try another network.",

  // Sharing
  share_not_found: "This person no longer has access.",
  too_many_shares: "No more people can be added here. Remove somebody first.",
  invitation_not_found: "There is no such invitation, or its link is not complete.",
  invitation_used: "This invitation was used before. Ask for a new one.",
  invitation_expired: "This invitation has expired. Ask for a new one.",
  own_invitation: "You made this invitation. The other person must open it.",
  too_many_invitations: "No more invitations can be made here. End one first.",
  access_request_not_found: "This request for access is gone.",
  link_not_found: "This link has ended, or is not complete.",
  links_disabled: "Links are turned off in this service.",
  too_many_links: "No more links can be made here. End one first.",
  recipient_required: "This link is for certain people. Confirm your email address first.",
  request_full: "This file request accepts no more files.",
  webhook_not_found: "This webhook is gone.",
  too_many_webhooks: "No more webhooks can be made. Delete one first.",
  webhook_disabled: "This webhook is off. Turn it on first.",

  // The client
  aborted: "This was cancelled.",
  bucket_refused: "The file store refused this file.",
  not_displayable: "This file can't be shown here. Download it.",
  wrong_length: "The file did not arrive completely. Download it again.",
  file_unreadable: "The file has changed, or is gone. Choose it again.",
  invalid_option: "This does not work with these values.",
};
