import type { Queries } from "../../../platform/database/port.ts";
import { DomainError } from "../../../platform/errors.ts";

/** The maximum number of links of a note that are neither revoked nor expired. */
const MAX_LIVE = 500;

/**
 * Throws `too_many_links` if more than `MAX_LIVE` links of the note are neither revoked nor expired. Call it after the change, in the
 * transaction that has locked the note. Without the lock, parallel changes could exceed the limit.
 */
export async function checkLiveLinks({ links }: Queries, noteId: string): Promise<void> {
  if ((await links.countLive(noteId)) <= MAX_LIVE) return;
  throw new DomainError("too_many_links", `The note would have more than ${MAX_LIVE} links. Revoke some first.`);
}
