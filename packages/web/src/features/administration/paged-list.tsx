import { keepPreviousData, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../../components/button.tsx";
import { Empty, Failure, Problem, Skeleton } from "../../components/states.tsx";
import { WhenSeen } from "../../components/when-seen.tsx";
import { queryClient } from "../../service/queries.ts";
import { texts } from "../../texts/index.ts";

type Page<Item> = { items: Item[]; nextCursor: string | null };
type PageRequest = { signal: AbortSignal; cursor?: string };

/** The query key that all lists of the administration share, because one action can change several lists. */
const KEY = "administration";

export function refreshLists(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [KEY] });
}

/** Loads a list of administrators page by page. */
export function usePages<Item>(key: readonly string[], read: (page: PageRequest) => Promise<Page<Item>>) {
  return useInfiniteQuery({
    queryKey: [KEY, ...key],
    queryFn: ({ pageParam, signal }) => read({ signal, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // While a search loads, the old rows stay visible, so that an open confirmation in a row stays open.
    placeholderData: keepPreviousData,
  });
}

type PagedListProps<Item> = {
  list: UseInfiniteQueryResult<{ pages: Page<Item>[] }>;
  label: string;
  words: { failed: string; empty: string; emptyHint: string };
  icon: ReactNode;
  children: (item: Item) => ReactNode;
};

/** Shows a list in each of its states: loading, failed, empty, and with a button for more. */
export function PagedList<Item>({ list, label, words, icon, children }: PagedListProps<Item>) {
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Skeletons />;
  if (list.data === undefined) {
    return <Failure title={words.failed} error={list.error} onRetry={() => void list.refetch()} />;
  }
  if (items.length === 0) return <Empty icon={icon} title={words.empty} hint={words.emptyHint} />;
  return (
    <>
      <ul aria-label={label} className="flex flex-col divide-y rounded-card border bg-surface">
        {items.map(children)}
      </ul>
      {list.isFetchNextPageError && (
        <>
          <Problem error={list.error} />
          <Button className="self-start" onClick={() => void list.fetchNextPage()}>
            {texts.common.tryAgain}
          </Button>
        </>
      )}
      {list.hasNextPage && !list.isFetching && !list.isFetchNextPageError && (
        <WhenSeen key={items.length} onSeen={() => void list.fetchNextPage()} />
      )}
      {list.isFetchingNextPage && <Skeleton className="h-16" />}
    </>
  );
}

function Skeletons() {
  return (
    <div className="flex flex-col gap-2">
      <Skeleton className="h-16" />
      <Skeleton className="h-16" />
      <Skeleton className="h-16" />
    </div>
  );
}
