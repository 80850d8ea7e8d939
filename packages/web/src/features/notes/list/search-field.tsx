import { Search, X } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { IconButton } from "../../../components/icon-button.tsx";
import { useShortcut } from "../../../service/shortcuts.ts";
import { texts } from "../../../texts/index.ts";

const words = texts.notes.search;
/** The pause between the last key and the search. Milliseconds. */
const SEARCH_DELAY_MS = 200;
/** The maximum length of a search text, as in the service. Characters. */
const MAX_LENGTH = 200;

type SearchFieldProps = {
  /** The current search text. The back button of the browser may change it. */
  q: string;
  onSearch: (q: string) => void;
  /** Called when the user presses the down arrow, to move the focus into the list. */
  onDown: () => void;
};

export function SearchField({ q, onSearch, onDown }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(q);
  const [searched, setSearched] = useState(q);
  if (searched !== q) {
    setSearched(q);
    if (typed.trim() !== q) setTyped(q);
  }
  const search = useEffectEvent((text: string) => {
    if (text === q) return;
    setSearched(text);
    onSearch(text);
  });
  useEffect(() => {
    const timer = setTimeout(() => search(typed.trim()), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useShortcut("/", () => field.current?.select());
  const clear = () => {
    setTyped("");
    setSearched("");
    if (q !== "") onSearch("");
  };
  return (
    <div className="relative">
      <Search size={16} className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted" />
      <input
        ref={field}
        type="search"
        value={typed}
        maxLength={MAX_LENGTH}
        aria-label={words.label}
        placeholder={words.label}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "ArrowDown") {
            event.preventDefault();
            onDown();
          }
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (typed === "") event.currentTarget.blur();
          else clear();
        }}
        className="h-11 w-full rounded-card border border-line bg-sunken pr-10 pl-9 text-base outline-none transition-colors hover:border-line-strong focus:border-accent focus:bg-surface md:h-9 [&::-webkit-search-cancel-button]:hidden"
      />
      {typed !== "" && (
        <IconButton
          label={words.clear}
          className="tooltip-left absolute top-0 right-0 md:top-0.5 md:right-0.5"
          onClick={() => {
            clear();
            field.current?.focus();
          }}
        >
          <X size={16} />
        </IconButton>
      )}
    </div>
  );
}
