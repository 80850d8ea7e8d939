import { Dialog } from "../components/dialog.tsx";
import { nameOfKey, type Shortcut } from "../service/shortcuts.ts";
import { shortcutsTexts } from "../texts/en/palette.ts";

const words: { title: string; keys: Record<Shortcut, string> } = shortcutsTexts;

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    // The list gets the focus, because the tooltip of a focused close button would cover the first line.
    <Dialog onClose={onClose} title={words.title}>
      <dl data-autofocus tabIndex={-1} className="flex flex-col outline-none">
        {Object.entries(words.keys).map(([shortcut, what]) => (
          <div key={shortcut} className="flex min-h-9 items-center justify-between gap-4 border-b last:border-b-0">
            <dt>{what}</dt>
            <dd>
              <KeyNames shortcut={shortcut} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** Shows the keys of a shortcut with their names on this operating system. */
export function KeyNames({ shortcut }: { shortcut: string }) {
  const [first = "", second] = shortcut.split(/[ +]/);
  return (
    <span className="flex shrink-0 items-center gap-1 text-muted text-small">
      <Key>{first}</Key>
      {second !== undefined && shortcut.includes(" ") && <span>{shortcutsTexts.between}</span>}
      {second !== undefined && <Key>{second}</Key>}
    </span>
  );
}

function Key({ children }: { children: string }) {
  return (
    <kbd className="inline-flex h-6 min-w-6 items-center justify-center rounded-small border bg-sunken px-1.5 font-mono text-ink text-small">
      {nameOfKey(children)}
    </kbd>
  );
}
