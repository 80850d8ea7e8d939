import { clsx } from "clsx";
import { useOnline } from "../../../service/online.ts";
import { describeProblem, texts } from "../../../texts/index.ts";
import type { SaveState } from "./draft.ts";

const words = texts.notes.saving;

/** The state of saving in a word. A failure shows its reason and a button to retry. */
export function SaveStatus({ state, onRetry }: { state: SaveState; onRetry: () => void }) {
  const isOnline = useOnline();
  const isBad = state.kind === "failed" && isOnline;
  return (
    <div className="flex min-w-0 grow items-center justify-end gap-1 text-small">
      <p role="status" className={clsx("min-w-0 text-right", isBad ? "text-danger" : "text-muted")}>
        {describeState(state, { isOnline })}
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

function describeState(state: SaveState, { isOnline }: { isOnline: boolean }): string {
  switch (state.kind) {
    case "idle":
      return "";
    case "unsaved":
    case "saving":
      return isOnline ? words.saving : words.offline;
    case "saved":
      return words.saved;
    case "failed":
      return isOnline ? words.failed(describeProblem(state.error)) : words.offline;
    case "conflict":
      return words.waiting;
  }
}
