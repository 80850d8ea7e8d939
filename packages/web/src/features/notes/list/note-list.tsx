import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUpDown, Check, Search, Trash2, X } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Button, buttonStyle, IconButton } from "../../../components/button.tsx";
import { useDocumentTitle } from "../../../components/hooks.ts";
import { IconMenu, MenuItem } from "../../../components/menu.tsx";
import { Failure, Problem, Skeleton } from "../../../components/states.tsx";
import { chooseOrder, NOTE_ORDERS, type NoteOrder } from "../../../service/choices.ts";
import { importWithRetry, useCode } from "../../../service/lazy-code.ts";
import { sharedFilesQuery } from "../../../service/queries.ts";
import { useShortcut } from "../../../service/shortcuts.ts";
import { texts } from "../../../texts/index.ts";
import { NoteRows } from "./note-rows.tsx";
import { type Scope, useNoteList } from "./use-note-list.ts";

const words = texts.notes;

type NoteListProps = {
  scope: Scope;
  selectedId: string | undefined;
  /** The search text. An empty search text shows all notes. */
  q: string;
  onSearch: (q: string) => void;
  onNewNote: () => void;
  /** Opens the preview of a file that is shared without its note. */
  onOpenFile: (attachmentId: string) => void;
};

const loadEmptyList = () => importWithRetry(() => import("./empty-list.tsx"));
const loadSharedFiles = () => importWithRetry(() => import("./shared-files.tsx"));

/** Lists the user's own notes, or the notes and files that other people share with the user. */
export function NoteList({ scope, selectedId, q, onSearch, onNewNote, onOpenFile }: NoteListProps) {
  useDocumentTitle(selectedId === undefined ? words.list[scope] : undefined);
  const rows = useRef<HTMLDivElement>(null);
  const { list, notes, order } = useNoteList({ scope, q });
  const shared = useInfiniteQuery({ ...sharedFilesQuery, enabled: scope === "shared" });
  const { data: code } = useCode("shared files", loadSharedFiles, { isNeeded: scope === "shared" });
  const files = (scope === "shared" ? (shared.data?.pages ?? []) : [])
    .flatMap((page) => page.items)
    .filter(({ filename }) => filename.toLocaleLowerCase().includes(q.toLocaleLowerCase()));
  // The page itself searches the shared files, so a search needs all pages of the shared files.
  const needsMoreFiles = scope === "shared" && q !== "" && shared.hasNextPage && !shared.isError;
  const { isFetching, fetchNextPage } = shared;
  useEffect(() => {
    if (needsMoreFiles && !isFetching) void fetchNextPage();
  }, [needsMoreFiles, isFetching, fetchNextPage]);
  const isPending = list.isPending || (scope === "shared" && shared.isPending) || needsMoreFiles;
  const isFailed = list.isError && list.data === undefined;
  const isEmpty = list.data !== undefined && !isPending && notes.length + files.length === 0 && !list.hasNextPage;
  const { data: empty } = useCode("empty list", loadEmptyList, { isNeeded: isEmpty });
  const Heading = selectedId === undefined ? "h1" : "h2";
  return (
    <section aria-label={words.list[scope]} className="flex flex-col gap-2 p-3">
      <div className="flex items-center justify-between pt-2">
        <Heading className="px-2 text-title">{words.list[scope]}</Heading>
        {scope === "owned" && (
          <div className="-my-2 flex">
            <Link
              to="/deleted"
              title={words.trash}
              className={buttonStyle({ kind: "quiet", className: "font-normal! text-muted" })}
            >
              <Trash2 size={16} />
              {texts.app.deleted}
            </Link>
            {q === "" && notes.length > 1 && <OrderMenu order={order} />}
          </div>
        )}
      </div>
      <search className="sticky top-0 z-10 -mx-3 bg-canvas px-3 py-1">
        <SearchField q={q} onSearch={onSearch} onDown={() => rows.current?.querySelector("a")?.focus()} />
      </search>
      <p role="status" className="sr-only">
        {q === "" || list.isPlaceholderData || isPending ? "" : words.search.found(notes.length + files.length)}
      </p>
      {list.isPending && <Skeletons />}
      {isFailed && <Failure title={words.failedToLoad} query={list} />}
      {isEmpty && empty !== undefined && (
        <empty.EmptyList {...{ scope, q, onSearch, onNewNote }} isBesideNote={selectedId !== undefined} />
      )}
      <NoteRows
        ref={rows}
        notes={notes}
        selectedId={selectedId}
        q={q}
        order={order}
        isOutdated={list.isPlaceholderData}
        onEnd={list.hasNextPage && !list.isFetchNextPageError && !list.isFetching ? list.fetchNextPage : undefined}
      />
      {list.isFetchingNextPage && <Skeletons count={1} />}
      {list.isFetchNextPageError && (
        <>
          <Problem error={list.error} />
          <Button onClick={() => void list.fetchNextPage()}>{texts.common.tryAgain}</Button>
        </>
      )}
      {code !== undefined && <code.SharedFiles list={shared} files={files} onOpen={onOpenFile} />}
    </section>
  );
}

function OrderMenu({ order }: { order: NoteOrder }) {
  return (
    <IconMenu label={words.order.label} className="tooltip-below tooltip-left" icon={<ArrowUpDown size={16} />}>
      {NOTE_ORDERS.map((each) => (
        <MenuItem
          key={each}
          isChosen={each === order}
          icon={<Check size={16} className={each === order ? "text-accent" : "invisible"} />}
          onClick={() => chooseOrder(each)}
        >
          {words.order[each]}
        </MenuItem>
      ))}
    </IconMenu>
  );
}

function Skeletons({ count = 6 }) {
  return (
    // The placeholders have the same heights and gaps as the rows of notes, so that nothing moves.
    <div className="flex flex-col gap-0.5">
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all items are equal
        <div key={index} className="flex h-[58.5px] flex-col justify-center gap-2 px-2">
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-3 w-1/3" />
        </div>
      ))}
    </div>
  );
}

/** The delay between the last key press and the search, in milliseconds. */
const SEARCH_DELAY_MS = 200;
/** The maximum length of a search text in characters. The service has the same limit. */
const MAX_LENGTH = 200;

type SearchFieldProps = {
  /** The current search text, which the back button of the browser may change. */
  q: string;
  onSearch: (q: string) => void;
  /** Runs on the key Down, which moves the focus into the list. */
  onDown: () => void;
};

function SearchField({ q, onSearch, onDown }: SearchFieldProps) {
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
        aria-label={words.search.label}
        placeholder={words.search.label}
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
          label={words.search.clear}
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
