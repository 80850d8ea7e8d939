import { Dialog } from "../components/dialog.tsx";
import { nameOfKey, type Shortcut } from "../service/shortcuts.ts";
import { texts } from "../texts/index.ts";

const words: { title: string; between: string; keys: Record<Shortcut, string> } = texts.app.shortcuts;

/** Every key that does something. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={words.title}>
      <dl className="flex flex-col">
        {Object.entries(words.keys).map(([shortcut, what]) => (
          <div key={shortcut} className="flex min-h-9 items-center justify-between gap-4 border-b last:border-b-0">
            <dt>{what}</dt>
            <dd className="flex shrink-0 items-center gap-1 text-muted text-small">
              <Keys shortcut={shortcut} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function Keys({ shortcut }: { shortcut: string }) {
  const [first = "", second] = shortcut === "/" ? ["/"] : shortcut.split(/[ +]/);
  return (
    <>
      <Key>{first}</Key>
      {second !== undefined && shortcut.includes(" ") && <span>{words.between}</span>}
      {second !== undefined && <Key>{second}</Key>}
    </>
  );
}

function Key({ children }: { children: string }) {
  return (
    <kbd className="inline-flex h-6 min-w-6 items-center justify-center rounded-small border bg-sunken px-1.5 font-mono text-ink text-small">
      {nameOfKey(children)}
    </kbd>
  );
}
