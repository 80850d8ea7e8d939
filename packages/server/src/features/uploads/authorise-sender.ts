import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { LinkWithCreator } from "../links/link.ts";
import { effectiveExpiry, type Link } from "../links/link.ts";
import { linkQueries } from "../links/queries/links.ts";
import { linkNotFound, linkPolicy, stateOf } from "../links/visitor/admit.ts";

/** The person who uploads a file: a user, or a visitor of the file request `linkId`. */
export type Sender = Caller & { linkId?: string | undefined };

/** The file request that a visitor sends files to. `deadline`: when the file request closes. Undefined: it has no deadline. */
export type OpenRequest = { link: Link; deadline: number | undefined };

/**
 * Checks that the sender may add a file to the note now. Returns the owner of the note. For a visitor, also returns the file request.
 * Throws `note_not_found`, `access_denied` or `link_not_found`.
 */
export async function authoriseSender(
  queries: Tx,
  { sender, noteId, now, limits }: { sender: Sender; noteId: string; now: number; limits: Limits },
): Promise<{ ownerId: string; request: OpenRequest | undefined }> {
  const { linkId } = sender;
  if (linkId === undefined) {
    const { ownerId } = await authoriseNote(queries, { caller: sender, noteId, action: "attachment.add" });
    return { ownerId, request: undefined };
  }
  const found = await linkQueries(queries).find(linkId);
  if (found?.link.noteId !== noteId || !acceptsFiles(found, { now, limits })) throw linkNotFound();
  const deadline = effectiveExpiry(found.link, linkPolicy({ limits }));
  return { ownerId: found.link.ownerId, request: { link: found.link, deadline } };
}

/** Returns whether a file request is open now. Does not check whether it is full. */
export function acceptsFiles(found: LinkWithCreator, { now, limits }: { now: number; limits: Limits }): boolean {
  return found.link.kind === "upload" && stateOf(found, { now, policy: linkPolicy({ limits }) }) === "live";
}
