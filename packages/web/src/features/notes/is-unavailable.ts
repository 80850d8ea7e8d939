import { hasCode } from "../../service/client.ts";

/** Whether the error means that the note does not exist or that the user has no access. After such an error, a retry would fail again. */
export function isUnavailable(error: unknown): boolean {
  return hasCode(error, "access_denied") || hasCode(error, "note_not_found") || hasCode(error, "invalid_request");
}
