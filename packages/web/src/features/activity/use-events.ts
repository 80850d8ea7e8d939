import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";

const PAGE_SIZE = 200;

type Listing = { noteId: string | undefined; routine: "include" | "omit" };

/** Loads the events of one note, or of all notes that the user owns, newest first. The hook loads older events when the user scrolls. */
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
  return { pages, events: pages.data?.pages.flatMap(({ items }) => items) };
}
