import type { Role } from "../../platform/database/unions.ts";
import { DomainError } from "../../platform/errors.ts";

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

/** The actions that a role can permit. Each name starts with the noun that the action affects. */
export type Action = (typeof ownerActions)[number];

const allowed: Record<Role, ReadonlySet<Action>> = {
  viewer: new Set(viewerActions),
  editor: new Set(editorActions),
  owner: new Set(ownerActions),
};

/** Whether a role permits an action. An undefined role permits nothing. */
export function permits(role: Role | undefined, action: Action): boolean {
  return role !== undefined && allowed[role].has(action);
}

/** Throws `access_denied` if the role does not permit the action. */
export function requirePermission(role: Role | undefined, action: Action): asserts role is Role {
  if (!permits(role, action)) throw new DomainError("access_denied", "Access denied");
}
