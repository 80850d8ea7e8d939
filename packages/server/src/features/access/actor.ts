import type { Role } from "../../platform/database/unions.ts";
import type { Attachment } from "./attachment.ts";

/** The start of the id that files and audit events store for a visitor. */
export const VISITOR = "visitor:";

/** Returns the id that files and audit events store for a visitor. No user has such an id. */
export function visitorActorId(visitorId: string): string {
  return VISITOR + visitorId;
}

/** Returns the id of the visitor who has this actor id. Returns undefined for the id of a user. */
export function visitorIdOf(actorId: string): string | undefined {
  return actorId.startsWith(VISITOR) ? actorId.slice(VISITOR.length) : undefined;
}

/**
 * Whether a file is hidden from people with this role. A visitor chooses the filename, so viewers see the file only after the service has
 * verified it and nobody has to review it any more.
 */
export function isHiddenFrom(role: Role | undefined, { createdBy, state }: Pick<Attachment, "createdBy" | "state">) {
  return role === "viewer" && state !== "ready" && visitorIdOf(createdBy) !== undefined;
}

const APPLICATION_USER = "application:";

const OWNER = "item:";

/** Returns the id that files and audit events store for a user of the application. No user of the service has such an id. */
export function applicationUserId(userId: string): string {
  return APPLICATION_USER + userId;
}

/** Returns the id that a user has in the application. Returns undefined if the actor is not a user of the application. */
export function idInApplication(actorId: string): string | undefined {
  return actorId.startsWith(APPLICATION_USER) ? actorId.slice(APPLICATION_USER.length) : undefined;
}

/**
 * Returns the id of the owner of an item's note. This owner is not a user. Each item has its own owner, so the usage of each item is
 * counted separately.
 */
export function ownerOfItem(noteId: string): string {
  return OWNER + noteId;
}

/** Whether an id belongs to a user of an application, or to the owner of an item. No user of the service may have such an id. */
export function isReservedForItems(id: string): boolean {
  return id.startsWith(APPLICATION_USER) || id.startsWith(OWNER);
}
