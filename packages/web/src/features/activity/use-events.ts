import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";
import { daysBefore, MAX_DAYS } from "./downloads.ts";

const PAGE = 200;
/** So many are looked at for the chart; older ones come with the scrolling. */
const MAX_COUNTED = 1_000;

/** What happened to one note, or to all of one's own, newest first: as far back as the chart goes by itself, then page by page. */
export function useEvents(noteId: string | undefined) {
  const pages = useInfiniteQuery({
    queryKey: noteId === undefined ? keys.activity : [...keys.activity, noteId],
    queryFn: ({ pageParam, signal }) =>
      client.activity.list({
        ...{ limit: PAGE, signal },
        ...(noteId !== undefined && { noteId }),
        ...(pageParam !== undefined && { cursor: pageParam }),
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const events = pages.data?.pages.flatMap(({ items }) => items);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = pages;
  const oldest = events?.at(-1);
  const isWanted =
    oldest !== undefined &&
    events !== undefined &&
    events.length < MAX_COUNTED &&
    Date.parse(oldest.at) > daysBefore(Date.now(), MAX_DAYS - 1);
  useEffect(() => {
    if (isWanted && hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isWanted, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  return { pages, events };
}
