import type { InfiniteData } from "@tanstack/react-query";
import type { Note, NotePage, SharedAttachmentPage } from "@valetkey/client";
import { client } from "./client.ts";
import { keys, queryClient } from "./queries.ts";

/**
 * Removes the mark "New" from a note, on this page and on the user's other devices. If the request fails, the mark appears again when the
 * note loads again.
 */
export async function markNoteSeen(noteId: string): Promise<void> {
  await client.notes.markSeen(noteId).catch(() => undefined);
  queryClient.setQueryData<Note>(keys.note(noteId), (note) => note && { ...note, isNew: false });
  queryClient.setQueriesData<InfiniteData<NotePage>>({ queryKey: keys.notes }, (list) => withoutMark(list, noteId));
}

export async function markFileSeen(attachmentId: string): Promise<void> {
  await client.attachments.markSeen(attachmentId).catch(() => undefined);
  queryClient.setQueryData<InfiniteData<SharedAttachmentPage>>(keys.sharedFiles, (list) =>
    withoutMark(list, attachmentId),
  );
}

type Marked = { id: string; isNew: boolean };

function withoutMark<Page extends { items: Marked[] }>(list: InfiniteData<Page> | undefined, id: string) {
  if (list === undefined) return list;
  const unmark = (item: Marked) => (item.id === id ? { ...item, isNew: false } : item);
  return { ...list, pages: list.pages.map((page) => ({ ...page, items: page.items.map(unmark) })) };
}
