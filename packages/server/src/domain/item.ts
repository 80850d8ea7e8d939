import type { Attachment } from "./attachment.ts";

const APPLICATION_USER = "application:";
const OWNER = "item:";

/**
 * One thing of an application that embeds the service, such as invoice 42. `resource` is its kind.
 * The files of an item belong to a note. No user owns this note, so no list shows it.
 */
export type Item = { noteId: string; resource: string; itemId: string };

/** The name of an item in the application. */
export type ItemName = Pick<Item, "resource" | "itemId">;

/** An action on the files of an item. A user of an application requests it. */
export type ItemAction = "read" | "add" | "remove";

/** `ready`: a file was verified. `rejected`: its verification failed. */
export type FileEventKind = "ready" | "rejected";

/**
 * An event that reports the end of an upload. A hook of the application receives this event at least once. Its `id` is the same at each
 * delivery.
 */
export type FileEvent = ItemName & { id: string; kind: FileEventKind; file: Attachment };

/** Returns the id that a user of the application has as the sender of a file and as the actor of an event. No user of the service has such an id. */
export function applicationUserId(userId: string): string {
  return APPLICATION_USER + userId;
}

/** Returns the id that a user has in the application. Returns undefined for an actor who is no user of the application. */
export function idInApplication(actorId: string): string | undefined {
  return actorId.startsWith(APPLICATION_USER) ? actorId.slice(APPLICATION_USER.length) : undefined;
}

/** Returns the id of the owner of an item's note. This owner is not a user. Each item has its own owner, and so its own usage. */
export function ownerOfItem(noteId: string): string {
  return OWNER + noteId;
}

/** Whether an id belongs to a user of an application, or to the owner of an item. No user of the service may have such an id. */
export function isReservedForItems(id: string): boolean {
  return id.startsWith(APPLICATION_USER) || id.startsWith(OWNER);
}
