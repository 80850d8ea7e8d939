import { client } from "../../../service/client.ts";
import { beforeSignOut, onSignOut } from "../../../service/local-data.ts";
import { DraftRegistry } from "./draft-registry.ts";
import { DraftStorage } from "./draft-storage.ts";
import { showSaved } from "./show-saved.ts";

export const draftStorage = new DraftStorage({
  storage: () => localStorage,
  locks: navigator.locks,
  tab: `${Date.now()}.${Math.random()}`,
});
void draftStorage.refresh();
addEventListener("focus", () => void draftStorage.refresh());

/** The drafts of this tab. They are saved when the tab is hidden or closed, and before a sign-out. */
export const drafts = new DraftRegistry({ notes: client.notes, storage: draftStorage, onSaved: showSaved });

addEventListener("online", () => void drafts.flushAll());
addEventListener("pagehide", () => void drafts.flushAll());
// Phones end a hidden page without a further event.
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && void drafts.flushAll());
beforeSignOut(async () => {
  await drafts.saveAbandoned({ openNoteId: undefined });
  await drafts.flushAll();
});
onSignOut(() => drafts.discardAll());
