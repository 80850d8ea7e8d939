import type { InfiniteData } from "@tanstack/react-query";
import type { Note } from "@valetkey/client";
import { keys, queryClient } from "../../../service/queries.ts";

type Change = Pick<Note, "title" | "body" | "updatedAt">;
type Lists = InfiniteData<{ items: Note[]; nextCursor: string | null }>;

/** Puts a saved version into the cached note and lists, without another request. */
export function showSaved(noteId: string, { title, body, updatedAt }: Change): void {
  const changed = (note: Note): Note =>
    note.id !== noteId || note.updatedAt > updatedAt ? note : { ...note, title, body, updatedAt };
  queryClient.setQueryData<Note>(keys.note(noteId), (note) => note && changed(note));
  queryClient.setQueriesData<Lists>(
    { queryKey: keys.notes },
    (lists) => lists && { ...lists, pages: lists.pages.map((page) => ({ ...page, items: page.items.map(changed) })) },
  );
}
