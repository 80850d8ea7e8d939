import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Empty, Failure, Problem, Skeleton } from "../../components/states.tsx";
import { WhenSeen } from "../../components/when-seen.tsx";
import { client } from "../../service/client.ts";
import { instanceQuery, keys } from "../../service/queries.ts";
import { trashTexts } from "../../texts/en/trash.ts";
import { texts } from "../../texts/index.ts";
import { TrashRow } from "./trash-row.tsx";

const words = trashTexts;

/** The deleted notes and files that the user may restore, last deleted first. */
export function TrashList() {
  const days = useQuery(instanceQuery).data?.limits.trashDays;
  const list = useInfiniteQuery({
    queryKey: keys.trash,
    queryFn: ({ pageParam, signal }) =>
      client.trash.list({ signal, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex flex-col gap-6">
      <p className="text-muted text-small">{days !== undefined && words.hint(days)}</p>
      {list.isPending && <Skeletons />}
      {list.isError && list.data === undefined && (
        <Failure title={words.failed} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data !== undefined && items.length === 0 && (
        <Empty icon={<Trash2 size={28} strokeWidth={1.5} />} {...words.empty} />
      )}
      {items.length > 0 && (
        <ul aria-label={words.list} className="flex flex-col divide-y rounded-card border bg-surface">
          {items.map((item) => (
            <TrashRow key={item.id} item={item} />
          ))}
        </ul>
      )}
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
    </div>
  );
}

function Skeletons() {
  return (
    <div className="flex flex-col gap-2">
      <Skeleton className="h-14" />
      <Skeleton className="h-14" />
    </div>
  );
}
