import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useRef } from "react";
import { Button } from "../../../components/button.tsx";
import { iconButtonStyle } from "../../../components/icon-button.tsx";
import { Failure, Problem, Skeleton } from "../../../components/states.tsx";
import { useDocumentTitle } from "../../../components/use-document-title.ts";
import { importWithRetry } from "../../../service/import-with-retry.ts";
import { useCode } from "../../../service/lazy-code.ts";
import { texts } from "../../../texts/index.ts";
import { NoteRows } from "./note-rows.tsx";
import { SearchField } from "./search-field.tsx";
import { type Scope, useNoteList } from "./use-note-list.ts";
import { useSharedFiles } from "./use-shared-files.ts";

const words = texts.notes;

type NoteListProps = {
  scope: Scope;
  selectedId: string | undefined;
  /** The search text. An empty text shows all notes. */
  q: string;
  onSearch: (q: string) => void;
  onNewNote: () => void;
  /** Opens the preview of a file that is shared without its note. */
  onOpenFile: (attachmentId: string) => void;
};

const loadEmptyList = () => importWithRetry(() => import("./empty-list.tsx"));
const loadSharedFiles = () => importWithRetry(() => import("./shared-files.tsx"));

/** Lists the notes of the user, or the notes and files that other people share with the user. */
export function NoteList({ scope, selectedId, q, onSearch, onNewNote, onOpenFile }: NoteListProps) {
  useDocumentTitle(selectedId === undefined ? words.list[scope] : undefined);
  const rows = useRef<HTMLDivElement>(null);
  const { list, notes } = useNoteList({ scope, q });
  const shared = useSharedFiles({ isEnabled: scope === "shared" });
  const { data: code } = useCode("shared files", loadSharedFiles, { isNeeded: scope === "shared" });
  const files = (scope === "shared" ? (shared.data?.pages ?? []) : [])
    .flatMap((page) => page.items)
    .filter(({ filename }) => filename.toLocaleLowerCase().includes(q.toLocaleLowerCase()));
  const isPending = list.isPending || (scope === "shared" && shared.isPending);
  const isFailed = list.isError && list.data === undefined;
  const isEmpty = list.data !== undefined && !isPending && notes.length + files.length === 0 && !list.hasNextPage;
  const { data: empty } = useCode("empty list", loadEmptyList, { isNeeded: isEmpty });
  const Heading = selectedId === undefined ? "h1" : "h2";
  return (
    <section aria-label={words.list[scope]} className="flex flex-col gap-2 p-3">
      <div className="flex items-center justify-between pt-2">
        <Heading className="px-2 text-title">{words.list[scope]}</Heading>
        {scope === "owned" && (
          <Link to="/deleted" aria-label={words.trash} className={iconButtonStyle("tooltip-below tooltip-left -my-2")}>
            <Trash2 size={16} />
          </Link>
        )}
      </div>
      <search className="sticky top-0 z-10 -mx-3 bg-canvas px-3 py-1">
        <SearchField q={q} onSearch={onSearch} onDown={() => rows.current?.querySelector("a")?.focus()} />
      </search>
      <p role="status" className="sr-only">
        {q === "" || list.isPlaceholderData || list.isPending ? "" : words.search.found(notes.length + files.length)}
      </p>
      {list.isPending && <Skeletons />}
      {isFailed && <Failure title={words.failedToLoad} error={list.error} onRetry={() => void list.refetch()} />}
      {isEmpty && empty !== undefined && (
        <empty.EmptyList scope={scope} q={q} onSearch={onSearch} onNewNote={onNewNote} />
      )}
      <NoteRows
        ref={rows}
        notes={notes}
        selectedId={selectedId}
        q={q}
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

function Skeletons({ count = 6 }) {
  return (
    // The skeletons have the same height and distance as the rows of notes, so that nothing moves.
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
