import type { InfiniteData } from "@tanstack/react-query";
import type { Note, NoteSummary } from "@valetkey/client";
import { client, connection } from "../../../service/client.ts";
import { beforeSignOut, onSignOut } from "../../../service/local-data.ts";
import { keys, queryClient } from "../../../service/queries.ts";
import { DraftRegistry } from "./draft-registry.ts";
import { DraftStorage } from "./draft-storage.ts";

export const draftStorage = new DraftStorage({
  storage: () => localStorage,
  locks: navigator.locks,
  tab: `${Date.now()}.${Math.random()}`,
});
void draftStorage.refresh();
addEventListener("focus", () => void draftStorage.refresh());

/** The drafts of this tab. The tab saves its drafts when the user hides or closes the tab, and before a sign-out. */
export const drafts = new DraftRegistry({ notes: client.notes, storage: draftStorage, onSaved: showSaved });

connection.$state.listen((now) => now === "online" && void drafts.flushAll());
addEventListener("pagehide", () => void drafts.flushAll());
// A phone may close a hidden page without another event.
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && void drafts.flushAll());
beforeSignOut(async () => {
  await drafts.saveAbandoned({ openNoteId: undefined });
  await drafts.flushAll();
});
onSignOut(() => drafts.discardAll());

type Change = Pick<Note, "title" | "body" | "updatedAt">;
type Lists = InfiniteData<{ items: NoteSummary[]; nextCursor: string | null }>;

/** Puts a saved version into the cached note and lists, without another request. */
function showSaved(noteId: string, { title, body, updatedAt }: Change): void {
  queryClient.setQueryData<Note>(
    keys.note(noteId),
    (note) => note && (note.updatedAt > updatedAt ? note : { ...note, title, body, updatedAt }),
  );
  const changed = (note: NoteSummary): NoteSummary =>
    note.id !== noteId || note.updatedAt > updatedAt ? note : { ...note, title, updatedAt };
  queryClient.setQueriesData<Lists>(
    { queryKey: keys.notes },
    (lists) => lists && { ...lists, pages: lists.pages.map((page) => ({ ...page, items: page.items.map(changed) })) },
  );
}

/** The note that the user created last, until the user edits it. When the page opens this note, the page selects the title. */
let blankNoteId: string | undefined;

export function setBlankNote(noteId: string): void {
  blankNoteId = noteId;
}

export function isBlankNote(noteId: string): boolean {
  return noteId === blankNoteId;
}

export function markEdited(noteId: string): void {
  if (noteId === blankNoteId) blankNoteId = undefined;
}
