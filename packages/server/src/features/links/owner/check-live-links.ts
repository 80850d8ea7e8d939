import type { Tx } from "../../../platform/database/queries.ts";
import { DomainError } from "../../../platform/errors.ts";
import { linkQueries } from "../queries/links.ts";

/** The maximum number of links of a note that are neither revoked nor expired. */
const MAX_LIVE = 500;

/**
 * Throws `too_many_links` if more than `MAX_LIVE` links of the note are neither revoked nor expired. Call it after the change, in the
 * transaction that has locked the note. Without the lock, parallel changes could exceed the limit.
 */
export async function checkLiveLinks(tx: Tx, noteId: string): Promise<void> {
  if ((await linkQueries(tx).countLive(noteId)) <= MAX_LIVE) return;
  throw new DomainError("too_many_links", `The note would have more than ${MAX_LIVE} links. Revoke some first.`);
}
