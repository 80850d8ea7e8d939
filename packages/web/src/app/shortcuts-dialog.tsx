import { Dialog } from "../components/dialog.tsx";
import type { Shortcut } from "../service/shortcuts.ts";
import { texts } from "../texts/index.ts";
import { KeyNames } from "./key-names.tsx";

const words: { title: string; keys: Record<Shortcut, string> } = texts.app.shortcuts;

/** Every key that does something. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={words.title}>
      <dl className="flex flex-col">
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
