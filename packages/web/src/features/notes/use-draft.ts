import type { Note } from "@valetkey/client";
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import type { Draft, DraftView } from "./draft.ts";
import { draftOf, releaseDraft } from "./drafts.ts";

const words = texts.notes.saving;
/** The drafts of an earlier page that were brought back. */
const broughtBack = new WeakSet<Draft>();

/** What is written on a note, and how its saving goes; leaving the note saves at once. */
export function useDraft(note: Note): { draft: Draft; view: DraftView } {
  const [draft] = useState(() => draftOf(note));
  const view = useSyncExternalStore(draft.subscribe, draft.view);
  useEffect(() => draft.adopt(note), [draft, note]);
  const greet = useEffectEvent(() => {
    // A page that was left may have saved it after all; and a conflict says more than this.
    const { before } = draft;
    if (before === undefined || draft.view().state.kind !== "unsaved" || broughtBack.has(draft)) return;
    broughtBack.add(draft);
    toasts.add({
      title: words.broughtBack,
      timeout: 10_000,
      actionProps: { children: words.discard, onClick: () => draft.replace(before) },
    });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was left may be found only after the note was opened
  useEffect(() => greet(), [draft, view.state.kind]);
  useEffect(() => {
    // What kept it from being saved may be over: the session had ended, and whoever writes has signed in again.
    if (draft.view().state.kind === "failed") void draft.flush();
    return () => void draft.flush().then(() => releaseDraft(draft));
  }, [draft]);
  return { draft, view };
}
