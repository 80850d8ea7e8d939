import type { InfiniteData } from "@tanstack/react-query";
import type { Note, NoteSummary, UpdateNoteBody } from "@valetkey/client";
import { $noteOrder } from "../../../service/choices.ts";
import { client, connection } from "../../../service/client.ts";
import { beforeSignOut, onSignOut } from "../../../service/local-data.ts";
import { $createdNotes, isNewNoteId, newNoteId } from "../../../service/new-notes.ts";
import { keys, queryClient, readBlankNote } from "../../../service/queries.ts";
import type { Draft } from "./draft.ts";
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
export const drafts = new DraftRegistry({
  notes: { get: (noteId) => (isNewNoteId(noteId) ? readBlankNote(noteId) : client.notes.get(noteId)), update: save },
  storage: draftStorage,
  onSaved: showSaved,
  onCreated: showCreated,
});

connection.$state.listen((now) => now === "online" && void drafts.flushAll());
addEventListener("pagehide", () => void drafts.flushAll());
// A phone may close a hidden page without any further event.
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && void drafts.flushAll());
beforeSignOut(async () => {
  await drafts.saveAbandoned({ openNoteId: undefined });
  await drafts.flushAll();
});
onSignOut(() => drafts.discardAll());

/** Saves the text of a note. The first save of a new note creates the note. */
function save(noteId: string, changes: UpdateNoteBody): Promise<Note> {
  if (!isNewNoteId(noteId)) return client.notes.update(noteId, changes);
  const { title = "", body = "" } = changes;
  return client.notes.create({ title, body }, { idempotencyKey: noteId });
}

type Change = Pick<Note, "title" | "body" | "updatedAt">;
type Lists = InfiniteData<{ items: NoteSummary[]; nextCursor: string | null }>;

/** Updates the cached note and lists with a saved version, without another request. */
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
  // In the other orders of the list, the change may move the note to another position.
  if ($noteOrder.get() !== "created") void queryClient.invalidateQueries({ queryKey: keys.notes });
}

let blankId: string | undefined;

/** Returns the id of an empty new note. The id stays the same until this note has a text, so that a double click opens only one page. */
export function blankNoteId(): string {
  const isUsed = blankId === undefined || !drafts.areSavedOf(blankId) || $createdNotes.get()[blankId] !== undefined;
  if (blankId === undefined || isUsed) blankId = newNoteId();
  return blankId;
}

/** Shows a new note with its final id in the lists and in the URL. */
function showCreated(_draft: Draft, { note, firstId }: { note: Note; firstId: string }): void {
  queryClient.setQueryData(keys.note(note.id), note);
  $createdNotes.set({ ...$createdNotes.get(), [firstId]: note.id });
  void queryClient.invalidateQueries({ queryKey: keys.notes });
}

/**
 * Prepares a note for its first files. If the note has no title and no files, its title becomes the name of the first file. Resolves with
 * the id of the note when the service has created the note.
 */
export function prepareForFiles(note: Note, filename: string): Promise<string> {
  const draft = drafts.of(note);
  const hasTitle = draft.$view.get().title.trim() !== "";
  if (!hasTitle && note.attachments.length === 0) draft.replace({ title: withoutExtension(filename) });
  else void draft.flush();
  return draft.created;
}

function withoutExtension(filename: string): string {
  return filename.replace(/(?<=.)\.[^.]{1,10}$/u, "");
}
