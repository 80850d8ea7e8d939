import { keepPreviousData, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
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

type RowProps = {
  title: string;
  /** The labels beside the title. */
  marks?: readonly Mark[];
  /** Lines of short facts. */
  facts: readonly (readonly string[])[];
  error?: unknown;
  /** The buttons of the item. */
  actions?: ReactNode;
  /** The content below the buttons. */
  children?: ReactNode;
};

export type Mark = { text: string; isWarning?: boolean };

/** One item in a list of the administration: a name, facts, and buttons. */
export function Row({ title, marks = [], facts, error, actions, children }: RowProps) {
  return (
    <li className="flex flex-col gap-2 p-3">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-2">
        <div className="min-w-0 grow basis-full md:basis-56">
          <p className="flex flex-wrap items-center gap-x-2">
            <span className="min-w-0 truncate font-medium">{title}</span>
            {marks.map(({ text, isWarning = false }) => (
              <span
                key={text}
                className={clsx(
                  "rounded-small border px-1.5 text-small",
                  isWarning ? "border-danger text-danger" : "text-muted",
                )}
              >
                {text}
              </span>
            ))}
          </p>
          {facts.map((line) => (
            <p key={line.join()} className="break-words text-muted text-small tabular-nums">
              {line.join(texts.common.separator)}
            </p>
          ))}
        </div>
        {actions}
      </div>
      {children}
      {error != null && <Problem error={error} />}
    </li>
  );
}
