import type { ItemName } from "../outbox/file-events.ts";

/**
 * One thing of an application that embeds the service, such as invoice 42. `resource` is the kind of thing, such as `invoice`.
 * The files of an item belong to a note. No user owns this note, so no list contains the note.
 */
export type Item = ItemName & { noteId: string };

/** An action that a user of an application requests on the files of an item. */
export type ItemAction = "read" | "add" | "remove";
