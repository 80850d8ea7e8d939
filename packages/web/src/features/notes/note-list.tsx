import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "../../components/button.tsx";
import { Empty, Failure, Skeleton } from "../../components/states.tsx";
import { useDocumentTitle } from "../../components/use-document-title.ts";
import { useNow } from "../../components/use-now.ts";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";
import { formatWhen, texts } from "../../texts/index.ts";

const words = texts.notes;

type NoteListProps = { scope: "owned" | "shared"; selectedId: string | undefined };

/** The notes one owns, or those that others share. */
export function NoteList({ scope, selectedId }: NoteListProps) {
  useDocumentTitle(words.list[scope]);
  const now = useNow();
  const list = useInfiniteQuery({
    queryKey: [...keys.notes, scope],
    queryFn: ({ pageParam, signal }) =>
      client.notes.list({ scope, signal, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const notes = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label={words.list[scope]} className="p-3">
      <h1 className="px-2 py-2 text-title">{words.list[scope]}</h1>
      {list.isPending && <Skeletons />}
      {list.isError && <Failure title={words.failedToLoad} error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && notes.length === 0 && <Empty {...words.empty[scope]} action={undefined} />}
      <ul className="flex flex-col gap-0.5">
        {notes.map((note) => (
          <li key={note.id}>
            <Link
              to="/n/$noteId"
              params={{ noteId: note.id }}
              aria-current={note.id === selectedId ? "page" : undefined}
              className="block rounded-card px-2 py-2 hover:bg-hover aria-[current=page]:bg-selected"
            >
              <span className="block truncate font-medium">{note.title}</span>
              <span className="block truncate text-muted text-small">{formatWhen(note.updatedAt, now)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="mt-2 w-full" onClick={() => void list.fetchNextPage()}>
          {texts.common.loadMore}
        </Button>
      )}
    </section>
  );
}

function Skeletons() {
  return Array.from({ length: 6 }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
    <Skeleton key={index} className="mb-1 h-14" />
  ));
}
