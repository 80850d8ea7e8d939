import { useInfiniteQuery } from "@tanstack/react-query";
import { client } from "../../../service/client.ts";
import { keys, pagesQuery } from "../../../service/queries.ts";

export function useSharedFiles({ isEnabled }: { isEnabled: boolean }) {
  return useInfiniteQuery({ ...pagesQuery(keys.sharedFiles, client.attachments.listShared), enabled: isEnabled });
}
