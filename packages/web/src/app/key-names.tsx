import { nameOfKey } from "../service/shortcuts.ts";
import { shortcutsTexts } from "../texts/en/shortcuts.ts";

/** The keys of a shortcut, named as on this operating system. */
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
