import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";
import { Failure, Problem, Skeleton } from "./states.tsx";
import { WhenSeen } from "./when-seen.tsx";

type PagedListProps<Item> = {
  list: UseInfiniteQueryResult<{ pages: { items: Item[] }[] }>;
  label: string;
  /** The title of the message that the list could not be loaded. */
  failed: string;
  /** Shown in place of a list without items. */
  empty: ReactNode;
  /** The height of a row that still loads, as a class. */
  rowHeight?: string;
  className?: string;
  children: (item: Item) => ReactNode;
};

/** Shows a list in each of its states: loading, failed, empty, and with further pages that load when the user scrolls. */
export function PagedList<Item>({ list, label, failed, empty, children, ...style }: PagedListProps<Item>) {
  const { rowHeight = "h-16", className } = style;
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Skeletons rowHeight={rowHeight} className={className} />;
  if (list.data === undefined) return <Failure title={failed} query={list} />;
  if (items.length === 0) return empty;
  return (
    <>
      <ul aria-label={label} className={clsx("flex flex-col", className ?? "divide-y rounded-card border bg-surface")}>
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
      {list.isFetchingNextPage && <Skeleton className={rowHeight} />}
    </>
  );
}

function Skeletons({ rowHeight, className = "gap-2" }: { rowHeight: string; className?: string | undefined }) {
  return (
    <div className={clsx("flex flex-col", className)}>
      <Skeleton className={rowHeight} />
      <Skeleton className={rowHeight} />
      <Skeleton className={rowHeight} />
    </div>
  );
}
