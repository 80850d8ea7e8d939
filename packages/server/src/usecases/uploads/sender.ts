import { DomainError } from "../../domain/errors.ts";
import { type Link, linkState } from "../../domain/link.ts";
import type { Caller } from "../../domain/person.ts";
import { authoriseNote } from "../authorise.ts";
import type { LinkWithCreator, Queries } from "../ports/index.ts";

/** The sender of a file: a user, or a visitor of the file request `linkId`. */
export type Sender = Caller & { linkId?: string | undefined };

type RightToSend = { ownerId: string; request: Link | undefined };

/**
 * Returns the owner of the note if the sender may add a file at this moment, and the link of a visitor.
 * Throws `note_not_found`, `access_denied` or `link_not_found`.
 */
export async function authoriseSender(
  queries: Queries,
  { sender, noteId, now }: { sender: Sender; noteId: string; now: number },
): Promise<RightToSend> {
  const { linkId } = sender;
  if (linkId === undefined) {
    const { ownerId } = await authoriseNote(queries, { caller: sender, noteId, action: "attachment.add" });
    return { ownerId, request: undefined };
  }
  const found = await queries.links.find(linkId);
  if (found?.link.noteId !== noteId || !acceptsFiles(found, now)) {
    throw new DomainError("link_not_found", "Link not found");
  }
  return { ownerId: found.link.ownerId, request: found.link };
}

/** Whether a file request is open at this moment, full or not. */
export function acceptsFiles({ link, creatorRole }: LinkWithCreator, now: number): boolean {
  return link.kind === "upload" && linkState(link, { now, creatorRole, filesLeft: 1 }) === "live";
}
