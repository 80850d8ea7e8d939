import type { Caller } from "../domain/person.ts";
import { authoriseAttachment, authoriseNote } from "./authorise.ts";
import type { Deps } from "./ports/index.ts";

/** Notes that the caller has looked at a note and what visitors sent to it. Throws `note_not_found` or `access_denied`. */
export function markNoteSeen({ db, clock }: Deps) {
  return async (caller: Caller, noteId: string): Promise<void> => {
    const { role } = await authoriseNote(db, { caller, noteId, action: "note.read" });
    if (role === "owner") await db.visitorFiles.markSeen(noteId, clock());
    else await db.shares.markSeen({ noteId }, { userId: caller.userId, now: clock() });
  };
}

/** Notes that the caller has looked at a file that is shared by itself. Throws `attachment_not_found` or `access_denied`. */
export function markAttachmentSeen({ db, clock }: Deps) {
  return async (caller: Caller, attachmentId: string): Promise<void> => {
    await authoriseAttachment(db, { caller, attachmentId, action: "attachment.read" });
    await db.shares.markSeen({ attachmentId }, { userId: caller.userId, now: clock() });
  };
}
