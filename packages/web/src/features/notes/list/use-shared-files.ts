import { useInfiniteQuery } from "@tanstack/react-query";
import { client } from "../../../service/client.ts";
import { keys } from "../../../service/queries.ts";

export function useSharedFiles({ isEnabled }: { isEnabled: boolean }) {
  return useInfiniteQuery({
    queryKey: keys.sharedFiles,
    queryFn: ({ pageParam, signal }) =>
      client.attachments.listShared({ signal, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    enabled: isEnabled,
  });
}
