import { hasCode } from "../../service/client.ts";

/** Whether a failure means that the note does not exist or that the user has no access. A retry changes nothing. */
export function isUnavailable(error: unknown): boolean {
  return hasCode(error, "access_denied") || hasCode(error, "note_not_found") || hasCode(error, "invalid_request");
}
