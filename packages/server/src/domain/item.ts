import type { Attachment } from "./attachment.ts";

const APPLICATION_USER = "application:";
const OWNER = "item:";

/**
 * One thing of an application that embeds the service, such as invoice 42. `resource` is its kind.
 * Its files belong to a note that has no owner among the users, so no list of notes shows it.
 */
export type Item = { noteId: string; resource: string; itemId: string };

/** The name of an item in the application. */
export type ItemName = Pick<Item, "resource" | "itemId">;

/** An action on the files of an item, which a user of an application asks for. */
export type ItemAction = "read" | "add" | "remove";

/** `ready`: a file was verified. `rejected`: its verification failed. */
export type FileEventKind = "ready" | "rejected";

/** The end of an upload, which a hook of the application receives at least once. Its `id` is the same at each delivery. */
export type FileEvent = ItemName & { id: string; kind: FileEventKind; file: Attachment };

/** The id of a user of the application as the sender of a file and as the actor of an event. No user of the service has such an id. */
export function applicationUserId(userId: string): string {
  return APPLICATION_USER + userId;
}

/** The application's own id of a user. Undefined: this is no user of the application. */
export function idInApplication(actorId: string): string | undefined {
  return actorId.startsWith(APPLICATION_USER) ? actorId.slice(APPLICATION_USER.length) : undefined;
}

/** The owner of the note of an item. It is no user, and each item has its own usage. */
export function ownerOfItem(noteId: string): string {
  return OWNER + noteId;
}

/** Whether an id is that of a user of an application, or of the owner of an item. No user of the service may have it. */
export function isReservedForItems(id: string): boolean {
  return id.startsWith(APPLICATION_USER) || id.startsWith(OWNER);
}
