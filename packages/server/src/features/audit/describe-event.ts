import type { AuditAction } from "../../platform/database/unions.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditEvent } from "./audit-event.ts";

/** The note and the attachments that an event is about. */
export type EventSubject = Pick<AuditEvent, "noteId" | "ownerId" | "attachmentIds">;

type Described = Pick<AuditEvent, "id" | "at" | "detail"> & { caller: Caller; subject: EventSubject };

/** Makes an audit event about an action of the caller. */
export function auditEvent(action: AuditAction, { id, at, caller, subject, detail }: Described): AuditEvent {
  const { noteId, ownerId, attachmentIds } = subject;
  return { id, at, action, actorId: caller.userId, noteId, ownerId, attachmentIds, detail };
}

/** Makes the subject of an audit event about a note. */
export function aboutNote(note: { id: string; ownerId: string }): EventSubject {
  return { noteId: note.id, ownerId: note.ownerId, attachmentIds: [] };
}

/** Makes the subject of an audit event about one attachment. */
export function aboutFile(attachment: { id: string; noteId: string; ownerId: string }): EventSubject {
  return { noteId: attachment.noteId, ownerId: attachment.ownerId, attachmentIds: [attachment.id] };
}
