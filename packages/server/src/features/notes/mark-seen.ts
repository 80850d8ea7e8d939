import type { Deps } from "../../platform/deps.ts";
import { authoriseAttachment, authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { shareQueries } from "../sharing/queries.ts";

/**
 * Marks a note as seen by the caller. If the caller is the owner, marks the files that visitors sent for this note as seen. Throws
 * `note_not_found` or `access_denied`.
 */
export function markNoteSeen({ db, clock }: Deps) {
  return async (caller: Caller, noteId: string): Promise<void> => {
    const { role } = await authoriseNote(db, { caller, noteId, action: "note.read" });
    if (role === "owner") await visitorFileQueries(db).markSeen(noteId, clock());
    else await shareQueries(db).markSeen({ noteId }, { userId: caller.userId, now: clock() });
  };
}

/**
 * Marks a file as seen by the caller. Has an effect only if the file itself is shared with the caller, and not only its note. Throws
 * `attachment_not_found` or `access_denied`.
 */
export function markAttachmentSeen({ db, clock }: Deps) {
  return async (caller: Caller, attachmentId: string): Promise<void> => {
    await authoriseAttachment(db, { caller, attachmentId, action: "attachment.read" });
    await shareQueries(db).markSeen({ attachmentId }, { userId: caller.userId, now: clock() });
  };
}
