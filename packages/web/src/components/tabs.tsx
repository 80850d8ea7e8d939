import { clsx } from "clsx";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";

export type Tab<Name extends string> = {
  name: Name;
  label: string;
  title: string;
  icon?: ReactNode;
  content: ReactNode;
};

/**
 * Returns a bar of tabs, and the content of the selected tab. A tab that the user has opened stays mounted, so that no typed text is lost.
 */
export function useTabs<Name extends string>(label: string, tabs: readonly Tab<Name>[], first: Name) {
  const id = useId();
  const bar = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(first);
  const [seen, setSeen] = useState<readonly Name[]>([first]);
  const idOf = (name: Name) => `${id}${name}`;
  function choose(name: Name): void {
    setChosen(name);
    setSeen((before) => (before.includes(name) ? before : [...before, name]));
  }
  function press(event: KeyboardEvent): void {
    const at = tabs.findIndex(({ name }) => name === chosen);
    const next = {
      ArrowRight: tabs[(at + 1) % tabs.length],
      ArrowLeft: tabs.at(at - 1),
      Home: tabs[0],
      End: tabs.at(-1),
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(next.name);
    bar.current?.querySelector<HTMLElement>(`[id="${idOf(next.name)}"]`)?.focus();
  }
  return {
    bar: (
      <div ref={bar} role="tablist" aria-label={label} onKeyDown={press} className="flex border-b px-2 pt-2 md:px-4">
        {tabs.map(({ name, label: text, icon }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={idOf(name)}
            aria-selected={name === chosen}
            aria-controls={`${idOf(name)}panel`}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => choose(name)}
            className={clsx(
              "-mb-px flex h-11 grow items-center justify-center gap-2 border-b-2 px-3 font-medium transition-colors md:grow-0",
              name === chosen ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
            )}
          >
            {icon}
            {text}
          </button>
        ))}
      </div>
    ),
    content: tabs.map(({ name, title, content }) => (
      <div key={name} id={`${idOf(name)}panel`} role="tabpanel" aria-label={title} hidden={name !== chosen}>
        {seen.includes(name) && content}
      </div>
    )),
  };
}
