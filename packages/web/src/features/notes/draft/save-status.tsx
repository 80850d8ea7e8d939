import { clsx } from "clsx";
import type { Connection } from "../../../service/connection.ts";
import { useConnection } from "../../../service/use-connection.ts";
import { describeProblem, texts } from "../../../texts/index.ts";
import type { SaveState } from "./draft.ts";

const words = texts.notes.saving;

/** Shows with one word whether the text is saved. After a failure, also shows the reason and a button to retry. */
export function SaveStatus({ state, onRetry }: { state: SaveState; onRetry: () => void }) {
  const connection = useConnection();
  const isBad = state.kind === "failed" && connection === "online";
  return (
    <div
      className={clsx(
        "flex min-w-0 items-center justify-end gap-1 text-small",
        // The texts about a missing connection are long, so a phone shows them on a separate line.
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
