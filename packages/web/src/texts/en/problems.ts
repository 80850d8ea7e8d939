import type { ErrorCode } from "@valetkey/client";

/** Says what went wrong and what the user can do, by error code. For all other error codes, the page shows the message of the service. */
export const problems: Partial<Record<ErrorCode, string>> & {
  unknown: string;
  invalid_response: string;
  network: string;
  offline: string;
  tooOften: (wait: string) => string;
} = {
  unknown: "Something went wrong on our side. Try again in a moment.",
  tooOften: (wait) => `Too many tries. Try again in ${wait}.`,
  invalid_response: "A proxy or firewall responded instead of the service. Try again in a moment.",
  network: "The service does not respond. Try again in a moment.",
  offline: "You are offline. Try again when you are online.",
  unauthenticated: "You are signed out. Sign in again to continue.",
  access_denied: "You don’t have access to this. Ask the owner of the note for it.",
  note_not_found: "This note is gone, or it was never shared with you.",
  attachment_not_found: "This file is gone.",
  too_many_uploads:
    "Too many files are waiting to be sent. Wait until some are sent, or delete files that are not complete.",
  search_timeout: "This search takes too long. Try another text, or try again later.",
  rate_limited: "Too many tries. Wait a minute, then try again.",
  quota_exceeded: "Your storage has too little space left. Delete some files for good.",
  file_too_large: "This file is larger than this service accepts.",
  internal: "Something went wrong on our side. Try again in a moment.",
  bucket_unavailable: "The file store does not answer at the moment. Try again soon.",
  storage_full: "The storage of the service is full, so nothing was saved. Tell the person who runs it.",
  database_unavailable: "The service can't reach its data at the moment. Try again soon.",
  service_busy: "Too many files arrive at once. Try again in a moment.",
  shutting_down: "The service is restarting. Try again in a moment.",
};
