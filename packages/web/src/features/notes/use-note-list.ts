import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";
import { useGoing } from "./going.ts";

export type Scope = "owned" | "shared";

const listQuery = ({ scope, q }: { scope: Scope; q: string }) =>
  infiniteQueryOptions({
    queryKey: [...keys.notes, scope, q],
    queryFn: ({ pageParam, signal }) =>
      client.notes.list({
        scope,
        signal,
        ...(q !== "" && { q }),
        ...(pageParam !== undefined && { cursor: pageParam }),
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    // While the next letters are looked for, what was found before stays; another list is another matter.
    placeholderData: (found, query) => (query?.queryKey[1] === scope ? keepPreviousData(found) : undefined),
  });

/** The notes one owns, or those that others share, without those that are being deleted. `q`: only what has this text. */
export function useNoteList(options: { scope: Scope; q: string }) {
  const list = useInfiniteQuery(listQuery(options));
  const going = useGoing();
  const all = list.data?.pages.flatMap((page) => page.items) ?? [];
  return { list, notes: all.filter(({ id }) => !going.has(id)) };
}
