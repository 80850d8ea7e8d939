import type { Queries } from "../../platform/database/port.ts";
import { DomainError } from "../../platform/errors.ts";
import { isHiddenFrom } from "../links/file-request.ts";
import type { Caller } from "../people/person.ts";
import type { AttachmentAccess } from "./access-port.ts";
import type { NoteWithRole } from "./note.ts";
import { type Action, type Role, requirePermission } from "./role.ts";

/**
 * Returns the role of the caller on a note or its attachment. `role`: the role that the database contains. In an embedding, the host
 * application decides the role, and `role` is ignored.
 */
export function roleOf(
  { grants }: Caller,
  { noteId, role }: { noteId: string; role: Role | undefined },
): Role | undefined {
  return grants === undefined ? role : grants.get(noteId);
}

/** Returns the note if the caller may perform the action. Throws `note_not_found` or `access_denied`. */
export async function authoriseNote(
  queries: Queries,
  request: { caller: Caller; noteId: string; action: Action },
): Promise<NoteWithRole> {
  const access = await queries.access.note(request.caller.userId, request.noteId);
  if (access === undefined) throw new DomainError("note_not_found", "Note not found");
  const role = roleOf(request.caller, { noteId: access.note.id, role: access.role });
  requirePermission(role, request.action);
  return { ...access.note, role };
}

/** Returns the attachment if the caller may perform the action. Throws `attachment_not_found` or `access_denied`. */
export async function authoriseAttachment(
  queries: Queries,
  request: { caller: Caller; attachmentId: string; action: Action },
): Promise<AttachmentAccess["attachment"]> {
  const access = await queries.access.attachment(request.caller.userId, request.attachmentId);
  const role = access && roleOf(request.caller, { noteId: access.attachment.noteId, role: access.role });
  if (access === undefined || isHiddenFrom(role, access.attachment)) {
    throw new DomainError("attachment_not_found", "Attachment not found");
  }
  requirePermission(role, request.action);
  return access.attachment;
}
