import { DomainError } from "./errors.ts";

/**
 * What a person is to a note or an attachment. `undefined` stands for "nothing": no ownership and no live share.
 * A share of one attachment makes its holder a viewer of that attachment only, never of the note or its other files.
 */
export type Role = "owner" | "editor" | "viewer";

/** The roles that can be given to someone; ownership can't. */
export type ShareRole = Exclude<Role, "owner">;

/** Everything that can be asked for, by noun. */
export type Action =
  | "note.read"
  | "note.edit"
  | "note.delete"
  | "note.share"
  | "note.activity"
  | "attachment.read"
  | "attachment.issueUrl"
  | "attachment.add"
  | "attachment.delete"
  | "attachment.share";

const viewer: readonly Action[] = ["note.read", "attachment.read", "attachment.issueUrl"];
const editor: readonly Action[] = [...viewer, "note.edit", "note.activity", "attachment.add", "attachment.delete"];
const owner: readonly Action[] = [...editor, "note.delete", "note.share", "attachment.share"];

const allowed: Record<Role, ReadonlySet<Action>> = {
  viewer: new Set(viewer),
  editor: new Set(editor),
  owner: new Set(owner),
};

/** Tells whether a role permits an action; no role permits nothing. */
export function permits(role: Role | undefined, action: Action): boolean {
  return role !== undefined && allowed[role].has(action);
}

/** Refuses an action that the role does not permit. Throws `access_denied`. */
export function requirePermission(role: Role | undefined, action: Action): asserts role is Role {
  if (!permits(role, action)) throw new DomainError("access_denied", "Access denied");
}
