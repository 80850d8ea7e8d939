import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";
import { daysBefore, MAX_DAYS } from "./count-downloads.ts";

const PAGE_SIZE = 200;
/** The maximum number of events that the chart counts. The page loads older events only when the user scrolls. */
const MAX_COUNTED = 1_000;

type Listing = { noteId: string | undefined; routine: "include" | "omit" };

/**
 * Loads the events of one note, or of all notes that the user owns, newest first. At first, the hook loads only the events that the chart
 * needs. It loads older events when the user scrolls.
 */
export function useEvents({ noteId, routine }: Listing) {
  const pages = useInfiniteQuery({
    queryKey: [...keys.activity, noteId, routine],
    queryFn: ({ pageParam, signal }) =>
      client.activity.list({
        limit: PAGE_SIZE,
        routine,
        signal,
        ...(noteId !== undefined && { noteId }),
        ...(pageParam !== undefined && { cursor: pageParam }),
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    // When the user changes the filter, the old list stays visible until the new list is loaded. The feed of another note has another key,
    // so it does not show the old list.
    placeholderData: keepPreviousData,
  });
  const events = pages.data?.pages.flatMap(({ items }) => items);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = pages;
  const oldest = events?.at(-1);
  const isInChart =
    oldest !== undefined &&
    events !== undefined &&
    events.length < MAX_COUNTED &&
    Date.parse(oldest.at) > daysBefore(Date.now(), MAX_DAYS - 1);
  useEffect(() => {
    if (isInChart && hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isInChart, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  return { pages, events };
}
