import { useStore } from "@nanostores/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { atom } from "nanostores";
import { $noteOrder } from "../../../service/choices.ts";
import { client } from "../../../service/client.ts";
import { keys, pagesQuery, timeToNextEnd } from "../../../service/queries.ts";

/** The ids of deleted notes, which the lists hide until the lists load again. */
export const $deletedNotes = atom<ReadonlySet<string>>(new Set());

export type Scope = "owned" | "shared";

/**
 * Returns the user's own notes, or the notes that others share with the user. Omits deleted notes. `q` is the search text, and an empty `q`
 * returns all notes.
 */
export function useNoteList({ scope, q }: { scope: Scope; q: string }) {
  const chosen = useStore($noteOrder);
  // The service sorts only the user's own notes, and no search results.
  const order = scope === "owned" && q === "" ? chosen : "created";
  const list = useInfiniteQuery({
    ...pagesQuery([...keys.notes, scope, q, order], (page) =>
      client.notes.list({ scope, ...page, ...(q !== "" && { q }), ...(order !== "created" && { sort: order }) }),
    ),
    refetchInterval: ({ state: { data } }) =>
      timeToNextEnd((data?.pages ?? []).flatMap(({ items }) => items.map(({ access }) => access))),
    // During a new search, the list shows the previous results until the response arrives.
    placeholderData: (found, query) => (query?.queryKey[1] === scope ? found : undefined),
  });
  const deletedNotes = useStore($deletedNotes);
  const all = list.data?.pages.flatMap((page) => page.items) ?? [];
  return { list, order, notes: all.filter(({ id }) => !deletedNotes.has(id)) };
}
