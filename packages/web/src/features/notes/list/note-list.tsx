import { FileSearch, FileText, Plus, Users } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Button } from "../../../components/button.tsx";
import { Empty, Failure, Problem, Skeleton } from "../../../components/states.tsx";
import { useDocumentTitle } from "../../../components/use-document-title.ts";
import { texts } from "../../../texts/index.ts";
import { NoteRows } from "./note-rows.tsx";
import { SearchField } from "./search-field.tsx";
import { SharedFiles, useSharedFiles } from "./shared-files.tsx";
import { type Scope, useNoteList } from "./use-note-list.ts";

const words = texts.notes;

type NoteListProps = {
  scope: Scope;
  selectedId: string | undefined;
  /** The search text. Empty: all notes are shown. */
  q: string;
  onSearch: (q: string) => void;
  onNewNote: () => void;
};

/** The notes of the user, or the notes and files that others share with them. */
export function NoteList({ scope, selectedId, q, onSearch, onNewNote }: NoteListProps) {
  useDocumentTitle(selectedId === undefined ? words.list[scope] : undefined);
  const rows = useRef<HTMLUListElement>(null);
  const { list, notes } = useNoteList({ scope, q });
  const shared = useSharedFiles({ isEnabled: scope === "shared" });
  const files = (scope === "shared" ? (shared.data?.pages ?? []) : [])
    .flatMap((page) => page.items)
    .filter(({ filename }) => filename.toLocaleLowerCase().includes(q.toLocaleLowerCase()));
  const isPending = list.isPending || (scope === "shared" && shared.isPending);
  const isFailed = list.isError && list.data === undefined;
  const isEmpty = list.isSuccess && !isPending && notes.length + files.length === 0 && !list.hasNextPage;
  const Heading = selectedId === undefined ? "h1" : "h2";
  return (
    <section aria-label={words.list[scope]} className="flex flex-col gap-2 p-3">
      <Heading className="px-2 pt-2 text-title">{words.list[scope]}</Heading>
      <search className="sticky top-0 z-10 -mx-3 bg-canvas px-3 py-1">
        <SearchField q={q} onSearch={onSearch} onDown={() => rows.current?.querySelector("a")?.focus()} />
      </search>
      <p role="status" className="sr-only">
        {q === "" || list.isPlaceholderData || list.isPending ? "" : words.search.found(notes.length + files.length)}
      </p>
      {list.isPending && <Skeletons />}
      {isFailed && <Failure title={words.failedToLoad} error={list.error} onRetry={() => void list.refetch()} />}
      {isEmpty && <EmptyList scope={scope} q={q} onSearch={onSearch} onNewNote={onNewNote} />}
      <NoteRows
        ref={rows}
        notes={notes}
        selectedId={selectedId}
        q={q}
        onEnd={list.hasNextPage && !list.isFetchNextPageError && !list.isFetching ? list.fetchNextPage : undefined}
      />
      {list.isFetchingNextPage && <Skeletons count={1} />}
      {list.isFetchNextPageError && (
        <>
          <Problem error={list.error} />
          <Button onClick={() => void list.fetchNextPage()}>{texts.common.tryAgain}</Button>
        </>
      )}
      {scope === "shared" && <SharedFiles list={shared} files={files} />}
    </section>
  );
}

type EmptyListProps = Pick<NoteListProps, "scope" | "q" | "onSearch" | "onNewNote">;

function EmptyList({ scope, q, onSearch, onNewNote }: EmptyListProps): ReactNode {
  if (q !== "") {
    return (
      <Empty
        icon={<FileSearch size={28} strokeWidth={1.5} />}
        title={words.search.none(q)}
        hint={words.search.hint}
        action={<Button onClick={() => onSearch("")}>{words.search.clear}</Button>}
      />
    );
  }
  if (scope === "shared") return <Empty icon={<Users size={28} strokeWidth={1.5} />} {...words.empty.shared} />;
  const { title, hint, action } = words.empty.owned;
  return (
    <Empty
      icon={<FileText size={28} strokeWidth={1.5} />}
      title={title}
      hint={hint}
      action={
        <Button onClick={onNewNote}>
          <Plus size={16} />
          {action}
        </Button>
      }
    />
  );
}

function Skeletons({ count = 6 }) {
  return (
    // Same height and distance as the rows of notes.
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
