import type { Note } from "@valetkey/client";
import { client } from "../../service/client.ts";
import { beforeSignOut, onSignOut } from "../../service/kept.ts";
import { Draft } from "./draft.ts";
import { leftDrafts } from "./kept-draft.ts";

const drafts = new Map<string, Draft>();

/** The one draft of a note on this page. */
export function draftOf(note: Note): Draft {
  const known = drafts.get(note.id);
  if (known !== undefined) return known;
  const draft = new Draft(note);
  drafts.set(note.id, draft);
  return draft;
}

/** Lets go of a draft that nobody shows and that has nothing to save. */
export function releaseDraft(draft: Draft): void {
  if (draft.isAtRest() && drafts.get(draft.noteId) === draft) drafts.delete(draft.noteId);
}

/** Forgets what was written on a note that is gone. */
export function dropDraftOf(noteId: string): void {
  drafts.get(noteId)?.drop();
  drafts.delete(noteId);
}

/** Saves what pages that are gone could not; on the open note it is brought back. Never rejects: what fails is still kept. */
export async function saveLeft({ openNoteId }: { openNoteId: string | undefined }): Promise<void> {
  for (const noteId of await leftDrafts()) {
    if (noteId === openNoteId) {
      const open = drafts.get(noteId);
      open?.bringBack();
      void open?.flush();
      continue;
    }
    try {
      const note = await client.notes.get(noteId);
      const draft = draftOf(note);
      draft.adopt(note);
      await draft.flush();
      releaseDraft(draft);
    } catch {
      // It waits for its note to be opened, where it is said why.
    }
  }
}

/** Whether nothing that was written on this page is unsaved. */
export function areSaved(): boolean {
  return [...drafts.values()].every((draft) => draft.isSaved());
}

async function flushAll(): Promise<void> {
  await Promise.all([...drafts.values()].map((draft) => draft.flush()));
}

addEventListener("online", () => void flushAll());
addEventListener("pagehide", () => void flushAll());
// Phones end a page that is out of sight without a word.
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && void flushAll());
beforeSignOut(async () => {
  await saveLeft({ openNoteId: undefined });
  await flushAll();
});
onSignOut(() => {
  for (const noteId of [...drafts.keys()]) dropDraftOf(noteId);
});
