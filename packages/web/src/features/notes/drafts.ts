import type { Note } from "@valetkey/client";
import { onSignOut } from "../../service/kept.ts";
import { Draft } from "./draft.ts";

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

function flushAll(): void {
  for (const draft of drafts.values()) void draft.flush();
}

addEventListener("online", flushAll);
addEventListener("pagehide", flushAll);
// Phones end a page that is out of sight without a word.
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flushAll());
onSignOut(() => {
  for (const noteId of [...drafts.keys()]) dropDraftOf(noteId);
});
