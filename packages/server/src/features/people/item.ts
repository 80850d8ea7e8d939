import type { Attachment } from "../access/attachment.ts";

const APPLICATION_USER = "application:";
const OWNER = "item:";

/**
 * One thing of an application that embeds the service, such as invoice 42. `resource` is the kind of thing, such as `invoice`.
 * The files of an item belong to a note. No user owns this note, so no list contains the note.
 */
export type Item = { noteId: string; resource: string; itemId: string };

/** The name of an item in the application. */
export type ItemName = Pick<Item, "resource" | "itemId">;

/** An action that a user of an application requests on the files of an item. */
export type ItemAction = "read" | "add" | "remove";

/** `ready`: the verification of a file succeeded. `rejected`: the verification failed. */
export type FileEventKind = "ready" | "rejected";

/**
 * An event that reports the end of an upload. A hook of the application receives this event at least once. The `id` of the event is the
 * same at each delivery.
 */
export type FileEvent = ItemName & { id: string; kind: FileEventKind; file: Attachment };

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
