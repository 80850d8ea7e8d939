import type { Tx } from "../../platform/database/queries.ts";
import type { Role } from "../../platform/database/unions.ts";
import { DomainError } from "../../platform/errors.ts";
import type { AttachmentAccess } from "./access-port.ts";
import { isHiddenFrom } from "./actor.ts";
import type { Caller } from "./caller.ts";
import type { NoteWithRole } from "./note.ts";
import { accessQueries } from "./queries.ts";
import { type Action, requirePermission } from "./role.ts";

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
  queries: Tx,
  request: { caller: Caller; noteId: string; action: Action },
): Promise<NoteWithRole> {
  const access = await accessQueries(queries).note(request.caller.userId, request.noteId);
  if (access === undefined) throw new DomainError("note_not_found", "Note not found");
  const role = roleOf(request.caller, { noteId: access.note.id, role: access.role });
  requirePermission(role, request.action);
  return { ...access.note, role };
}

/** Returns the attachment if the caller may perform the action. Throws `attachment_not_found` or `access_denied`. */
export async function authoriseAttachment(
  queries: Tx,
  request: { caller: Caller; attachmentId: string; action: Action },
): Promise<AttachmentAccess["attachment"]> {
  const access = await accessQueries(queries).attachment(request.caller.userId, request.attachmentId);
  const role = access && roleOf(request.caller, { noteId: access.attachment.noteId, role: access.role });
  if (access === undefined || isHiddenFrom(role, access.attachment)) {
    throw new DomainError("attachment_not_found", "Attachment not found");
  }
  requirePermission(role, request.action);
  return access.attachment;
}

/**
 * Records that a user has opened a note or files. `isFrequent`: runs at most one query a minute for each user, on each replica. If there is
 * nothing to wait for, returns undefined instead of a promise, because an `await` would make the issue of URLs slower.
 */
export type Arrive = (caller: Caller, opened: Opened, options?: { isFrequent: boolean }) => Promise<void> | undefined;

/** The note that was opened, or the opened files of this note. */
export type Opened = { noteId: string; attachmentIds?: readonly string[] };
