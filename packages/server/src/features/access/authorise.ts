import type { Tx } from "../../platform/database/queries.ts";
import type { Role } from "../../platform/database/unions.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import { type Caller, isHiddenFrom } from "./caller.ts";
import type { NoteWithRole } from "./note.ts";
import { type AttachmentAccess, accessQueries } from "./queries.ts";

/** Returns the role of the caller on a note. `role`: the role in the database, which an application replaces in an embedding. */
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
  if (access === undefined) throw noSuch("note");
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
    throw noSuch("attachment");
  }
  requirePermission(role, request.action);
  return access.attachment;
}

/**
 * Records that a user has opened a note or files. `isFrequent`: the function runs at most one query a minute for each user, on each
 * replica. Returns undefined instead of a promise if there is nothing to await, because an `await` would delay the URL.
 */
export type Arrive = (caller: Caller, opened: Opened, options?: { isFrequent: boolean }) => Promise<void> | undefined;

export type Opened = { noteId: string; attachmentIds?: readonly string[] };

export const ROLES: readonly Role[] = ["owner", "editor", "viewer"];

const viewerActions = ["note.read", "attachment.read", "attachment.issueUrl"] as const;

const editorActions = [
  ...viewerActions,
  "note.edit",
  "note.activity",
  "attachment.add",
  "attachment.delete",
  "attachment.rename",
  "note.link",
  "attachment.link",
  "attachment.review",
] as const;

const ownerActions = [...editorActions, "note.delete", "note.share", "attachment.share"] as const;

/** The actions that a role can permit. The name of each action starts with the thing that the action affects. */
export type Action = (typeof ownerActions)[number];

const allowed: Record<Role, ReadonlySet<Action>> = {
  viewer: new Set(viewerActions),
  editor: new Set(editorActions),
  owner: new Set(ownerActions),
};

export function permits(role: Role | undefined, action: Action): boolean {
  return role !== undefined && allowed[role].has(action);
}

/** Throws `access_denied` if the role does not permit the action. */
export function requirePermission(role: Role | undefined, action: Action): asserts role is Role {
  if (!permits(role, action)) throw new DomainError("access_denied", "Access denied");
}
