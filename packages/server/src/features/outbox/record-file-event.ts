import type { Queries } from "../../platform/database/port.ts";
import type { FileEventKind } from "../../platform/database/unions.ts";
import { idInApplication } from "../access/actor.ts";
import type { Attachment } from "../access/attachment.ts";

/** Queues a call of the application's hook, in the transaction that ends the upload. Does nothing for a file that belongs to no item. */
export async function recordFileEvent(
  queries: Queries,
  { id, kind, attachment, now }: { id: string; kind: FileEventKind; attachment: Attachment; now: number },
): Promise<void> {
  if (idInApplication(attachment.createdBy) === undefined) return;
  const item = await queries.items.findOfNote(attachment.noteId);
  if (item === undefined) return;
  const { resource, itemId } = item;
  await queries.fileEvents.insert({ id, kind, resource, itemId, file: attachment }, { dueAt: now });
}
