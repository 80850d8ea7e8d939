import { useRef } from "react";
import { Dialog } from "../components/dialog.tsx";
import type { Shortcut } from "../service/shortcuts.ts";
import { shortcutsTexts } from "../texts/en/shortcuts.ts";
import { KeyNames } from "./key-names.tsx";

const words: { title: string; keys: Record<Shortcut, string> } = shortcutsTexts;

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const list = useRef<HTMLDListElement>(null);
  return (
    // Focuses the list. If the close button had the focus, its tooltip would cover the first line.
    <Dialog onClose={onClose} title={words.title} initialFocus={list}>
      <dl ref={list} tabIndex={-1} className="flex flex-col outline-none">
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
