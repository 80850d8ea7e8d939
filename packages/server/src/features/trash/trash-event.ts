import type { Caller } from "../access/caller.ts";
import { aboutFile, aboutNote, auditEvent } from "../audit/audit-event.ts";
import type { TrashItem } from "./trash-port.ts";

export function trashEvent(
  verb: "restored" | "purged",
  { noteId, noteTitle, ownerId, attachment }: TrashItem,
  event: { id: string; at: number; caller: Caller },
) {
  if (attachment !== undefined) {
    const detail = { filename: attachment.filename };
    return auditEvent(`attachment.${verb}`, { ...event, subject: aboutFile(attachment), detail });
  }
  const subject = aboutNote({ id: noteId, ownerId });
  return auditEvent(`note.${verb}`, { ...event, subject, detail: { title: noteTitle } });
}
