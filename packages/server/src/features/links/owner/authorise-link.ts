import type { Tx } from "../../../platform/database/queries.ts";
import { DomainError } from "../../../platform/errors.ts";
import { authoriseNote } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import { guardedNoteQueries } from "../../access/queries.ts";
import type { EventSubject } from "../../audit/audit-event.ts";
import type { LinkDetails } from "../link.ts";
import { type Link, mayEditLink } from "../link.ts";
import { linkQueries } from "../queries/links.ts";

type Request = { caller: Caller; linkId: string };

/** Returns the link if the caller may read and revoke it. Throws `link_not_found` or `access_denied`. */
export async function authoriseLink(queries: Tx, { caller, linkId }: Request): Promise<LinkDetails> {
  const found = await linkQueries(queries).findDetails(linkId);
  if (found === undefined) throw linkNotFound();
  await authoriseNote(queries, { caller, noteId: found.link.noteId, action: "note.link" });
  return found;
}

/** Returns the link if the caller may edit it. Throws `link_not_found` or `access_denied`. */
export async function authoriseLinkEdit(queries: Tx, { caller, linkId }: Request): Promise<LinkDetails> {
  const found = await authoriseLink(queries, { caller, linkId });
  if (mayEditLink(found.link, caller.userId)) return found;
  throw new DomainError(
    "access_denied",
    "Only its creator and the owner of the note may edit this link. Make your own link, or revoke this one.",
  );
}

/**
 * Returns the link as `authoriseLinkEdit` does, in the transaction of the caller. Locks the note, so that two edits of a link do not run at
 * the same time.
 */
export async function holdLink(tx: Tx, { caller, linkId }: Request): Promise<LinkDetails> {
  const { link } = await authoriseLinkEdit(tx, { caller, linkId });
  const isHeld = await guardedNoteQueries(tx).hold(link.noteId);
  const current = isHeld ? await linkQueries(tx).findDetails(linkId) : undefined;
  if (current === undefined) throw linkNotFound();
  return current;
}

/** Makes the subject of an audit event about a link. */
export function aboutLink({ noteId, ownerId, attachmentIds = [] }: Link): EventSubject {
  return { noteId, ownerId, attachmentIds };
}

function linkNotFound(): DomainError {
  return new DomainError("link_not_found", "Link not found");
}
