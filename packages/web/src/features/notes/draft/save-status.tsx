import { useStore } from "@nanostores/react";
import type { Note } from "@valetkey/client";
import { clsx } from "clsx";
import { useEffect, useEffectEvent, useState } from "react";
import { useConnection } from "../../../service/client.ts";
import type { Connection } from "../../../service/connection.ts";
import { toasts } from "../../../service/toasts.ts";
import { describeProblem, texts } from "../../../texts/index.ts";
import type { Draft, DraftView, SaveState } from "./draft.ts";
import { drafts } from "./drafts.ts";

const words = texts.notes.saving;

/** Shows in one word whether the text is saved. After a failed save, also shows the reason and a retry button. */
export function SaveStatus({ state, onRetry }: { state: SaveState; onRetry: () => void }) {
  const connection = useConnection();
  const isBad = state.kind === "failed" && connection === "online";
  return (
    <div
      className={clsx(
        "flex min-w-0 items-center justify-end gap-1 text-small",
        // On a phone, the long texts about a missing connection have their own line.
        connection !== "online" && state.kind !== "idle" && state.kind !== "saved" && "max-md:order-last max-md:w-full",
      )}
    >
      <p role="status" className={clsx("min-w-0 text-right", isBad ? "text-danger" : "text-muted")}>
        {describeState(state, connection)}
      </p>
      {isBad && (
        <button
          type="button"
          onClick={onRetry}
          className="h-11 shrink-0 rounded-card px-2 font-medium text-accent hover:bg-hover md:h-8"
        >
          {texts.common.tryAgain}
        </button>
      )}
    </div>
  );
}

function describeState(state: SaveState, connection: Connection): string {
  switch (state.kind) {
    case "idle":
      return "";
    case "unsaved":
    case "saving":
      return connection === "online" ? words.saving : words[connection];
    case "saved":
      return words.saved;
    case "failed":
      return connection === "online" ? words.failed(describeProblem(state.error)) : words[connection];
    case "conflict":
      return words.waiting;
  }
}

const OFFER_MS = 10_000;
const announced = new WeakSet<Draft>();

/** Returns the draft of a note and the current view of this draft. The draft is saved when the user leaves the note. */
export function useDraft(note: Note): { draft: Draft; view: DraftView } {
  const [draft] = useState(() => drafts.of(note));
  const view = useStore(draft.$view);
  useEffect(() => draft.receive(note), [draft, note]);
  const announceRestored = useEffectEvent(() => {
    const { beforeRestore } = draft;
    // A saved text needs no message, and a conflict has its own message.
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
    // The next save may succeed, for example because the user has signed in again.
    if (draft.$view.get().state.kind === "failed") void draft.flush();
    return () => void draft.flush().then(() => drafts.release(draft));
  }, [draft]);
  return { draft, view };
}
