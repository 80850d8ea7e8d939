import { hasCode } from "../../service/client.ts";

/** Whether the failure says that the person may not see the note, or that there is none: trying again changes nothing. */
export function isNoNote(error: unknown): boolean {
  return hasCode(error, "access_denied") || hasCode(error, "note_not_found") || hasCode(error, "invalid_request");
}
