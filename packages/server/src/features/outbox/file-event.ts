import type { FileEventKind } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";

/** The name of an item in the application. */
export type ItemName = { resource: string; itemId: string };

/**
 * An event that reports the end of an upload. A hook of the application receives this event at least once. The `id` of the event is the
 * same at each delivery.
 */
export type FileEvent = ItemName & { id: string; kind: FileEventKind; file: Attachment };
