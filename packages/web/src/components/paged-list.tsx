import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";
import { Failure, Problem, Skeleton } from "./states.tsx";
import { WhenSeen } from "./when-seen.tsx";

type ItemListProps<Item> = {
  query: { isPending: boolean; error: unknown; refetch: () => unknown };
  items: readonly Item[] | undefined;
  label: string;
  failed: string;
  empty: ReactNode;
  /** The content while the list loads. Default: a placeholder. */
  loading?: ReactNode;
  className?: string | undefined;
  children: (item: Item) => ReactNode;
};

export function ItemList<Item>({
  query,
  items,
  label,
  failed,
  empty,
  loading,
  className,
  children,
}: ItemListProps<Item>) {
  if (query.isPending) return loading ?? <Skeleton className="h-14" />;
  if (items === undefined) return <Failure title={failed} query={query} />;
  if (items.length === 0) return empty;
  return (
    <ul aria-label={label} className={clsx("flex flex-col", className ?? "divide-y rounded-card border bg-surface")}>
      {items.map(children)}
    </ul>
  );
}

type PagedListProps<Item> = Pick<ItemListProps<Item>, "label" | "failed" | "empty" | "className" | "children"> & {
  list: UseInfiniteQueryResult<{ pages: { items: Item[] }[] }>;
  /** The class that sets the height of the placeholders of rows. */
  rowHeight?: string;
};

/** Shows a list with several pages. The next page loads when the user scrolls. */
export function PagedList<Item>({ list, rowHeight = "h-16", ...props }: PagedListProps<Item>) {
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <>
      <ItemList
        {...props}
        query={list}
        items={items}
        // If the first page is empty, the next page may still have items.
        empty={list.hasNextPage ? null : props.empty}
        loading={<Skeletons rowHeight={rowHeight} className={props.className} />}
      />
      {list.isFetchNextPageError && (
        <>
          <Problem error={list.error} />
          <Button className="self-start" onClick={() => void list.fetchNextPage()}>
            {texts.common.tryAgain}
          </Button>
        </>
      )}
      {list.hasNextPage && !list.isFetching && !list.isFetchNextPageError && (
        <WhenSeen key={items?.length} onSeen={() => void list.fetchNextPage()} />
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
