import type { Page, PageRequest } from "../../../platform/database/pages.ts";
import type { LinkKind } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { authoriseAttachment, authoriseNote } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import type { ShareSubject } from "../../sharing/share.ts";
import type { LinkDetails } from "../link.ts";
import { linkQueries } from "../queries/links.ts";
import { type DescribedLink, describeLinks } from "./describe-links.ts";

/**
 * Lists the links of a note, or the links whose list of files contains an attachment, newest first.
 * Throws `note_not_found`, `attachment_not_found`, `access_denied`.
 */
export function listLinks(deps: Deps) {
  const { db } = deps;
  return async (
    caller: Caller,
    { subject, ...page }: PageRequest & { subject: ShareSubject },
  ): Promise<Page<DescribedLink>> => {
    if ("noteId" in subject) {
      await authoriseNote(db, { caller, noteId: subject.noteId, action: "note.link" });
      return describePage(deps, { caller, page: await linkQueries(db).listOfNote(subject.noteId, page) });
    }
    const { attachmentId } = subject;
    await authoriseAttachment(db, { caller, attachmentId, action: "attachment.link" });
    return describePage(deps, { caller, page: await linkQueries(db).listOfAttachment(attachmentId, page) });
  };
}

/** Lists the links of the caller's notes, newest first. Also lists the links to notes of others that the caller made and may still edit. */
export function listOwnLinks(deps: Deps) {
  return async (caller: Caller, page: PageRequest & { kind: LinkKind | undefined }): Promise<Page<DescribedLink>> =>
    describePage(deps, { caller, page: await linkQueries(deps.db).listOfPerson(caller.userId, page) });
}

async function describePage(
  deps: Deps,
  { caller, page: { items, nextCursor } }: { caller: Caller; page: Page<LinkDetails> },
): Promise<Page<DescribedLink>> {
  return { items: await describeLinks(deps, { queries: deps.db, caller, details: items }), nextCursor };
}
