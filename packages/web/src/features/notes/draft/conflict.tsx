import { Button } from "../../../components/button.tsx";
import { toasts } from "../../../service/toasts.ts";
import { conflictTexts } from "../../../texts/en/conflict.ts";
import { texts } from "../../../texts/index.ts";
import { titleOf } from "../../../texts/note-title.ts";
import type { Draft } from "./draft.ts";
import type { NoteFields } from "./draft-storage.ts";

const words = conflictTexts;
const UNDO_MS = 10_000;

/** Shows the text of another person, and asks the user which of the two texts to keep. */
export function Conflict({ draft, mine, theirs }: { draft: Draft; mine: NoteFields; theirs: NoteFields }) {
  const takeTheirs = () => {
    const discarded = draft.takeTheirs();
    toasts.add({
      title: words.taken,
      timeout: UNDO_MS,
      actionProps: { children: texts.common.undo, onClick: () => draft.replace(discarded) },
    });
  };
  return (
    <section aria-label={words.title} className="rounded-card border border-line-strong bg-sunken p-4">
      <p role="alert" className="font-medium">
        {words.title}
      </p>
      <p className="text-small">{words.hint}</p>
      <details className="mt-2 text-small">
        <summary className="w-fit cursor-pointer rounded-small py-1 font-medium">{words.show}</summary>
        <div className="mt-1 max-h-64 overflow-y-auto whitespace-pre-wrap break-words rounded-small bg-surface p-3">
          {theirs.title !== mine.title && <p className="font-semibold">{titleOf(theirs.title)}</p>}
          {theirs.body === "" ? words.nothing : theirs.body}
        </div>
      </details>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button onClick={() => draft.keepMine()}>{words.keepMine}</Button>
        <Button onClick={takeTheirs}>{words.takeTheirs}</Button>
      </div>
    </section>
  );
}
