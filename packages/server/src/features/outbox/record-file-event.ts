import type { Tx } from "../../platform/database/queries.ts";
import type { FileEventKind } from "../../platform/database/unions.ts";
import { idInApplication } from "../access/actor.ts";
import type { Attachment } from "../access/attachment.ts";
import { fileEventQueries } from "./file-event-queries.ts";

/** Queues a call of the application's hook, in the transaction that ends the upload. Does nothing for a file that belongs to no item. */
export async function recordFileEvent(
  queries: Tx,
  { id, kind, attachment, now }: { id: string; kind: FileEventKind; attachment: Attachment; now: number },
): Promise<void> {
  if (idInApplication(attachment.createdBy) === undefined) return;
  const item = await fileEventQueries(queries).itemOfNote(attachment.noteId);
  if (item === undefined) return;
  const { resource, itemId } = item;
  await fileEventQueries(queries).insert({ id, kind, resource, itemId, file: attachment }, { dueAt: now });
}
