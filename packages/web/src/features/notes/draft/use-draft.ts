import { useStore } from "@nanostores/react";
import type { Note } from "@valetkey/client";
import { useEffect, useEffectEvent, useState } from "react";
import { toasts } from "../../../service/toasts.ts";
import { texts } from "../../../texts/index.ts";
import type { Draft, DraftView } from "./draft.ts";
import { drafts } from "./drafts.ts";

const words = texts.notes.saving;
const OFFER_MS = 10_000;
const announced = new WeakSet<Draft>();

/** Returns the draft of a note and its current view. The draft is saved when the user leaves the note. */
export function useDraft(note: Note): { draft: Draft; view: DraftView } {
  const [draft] = useState(() => drafts.of(note));
  const view = useStore(draft.$view);
  useEffect(() => draft.receive(note), [draft, note]);
  const announceRestored = useEffectEvent(() => {
    const { beforeRestore } = draft;
    // Shows no message if the restored text is already saved or is in conflict. A conflict has its own message.
    if (beforeRestore === undefined || draft.$view.get().state.kind !== "unsaved" || announced.has(draft)) return;
    announced.add(draft);
    toasts.add({
      title: words.broughtBack,
      timeout: OFFER_MS,
      actionProps: { children: words.discard, onClick: () => draft.replace(beforeRestore) },
    });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: an abandoned draft may be found after the note was opened
  useEffect(() => announceRestored(), [draft, view.state.kind]);
  useEffect(() => {
    // The reason of the failure may be gone. For example, the session had ended, and the user has signed in again.
    if (draft.$view.get().state.kind === "failed") void draft.flush();
    return () => void draft.flush().then(() => drafts.release(draft));
  }, [draft]);
  return { draft, view };
}
