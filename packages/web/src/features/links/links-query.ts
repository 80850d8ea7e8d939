import { infiniteQueryOptions } from "@tanstack/react-query";
import type { Link, LinkKind, LinkPage } from "@valetkey/client";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";

/** The content of a link: files of a note, or one file. */
export type LinkSubject = { noteId: string } | { attachmentId: string };
export type LinkFilter = LinkKind | "all";

/** The maximum number of links that the service returns in one page. */
const LINKS_AT_ONCE = 200;

const pages = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }: LinkPage) => nextCursor ?? undefined,
};
const after = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

/** Queries the links of a note, or the links that name a file, newest first. Use this query only for people who may edit the note. */
export const linksQuery = (subject: LinkSubject) =>
  infiniteQueryOptions({
    queryKey: [...keys.links, "noteId" in subject ? subject.noteId : subject.attachmentId],
    queryFn: ({ pageParam, signal }) => {
      const page = { limit: LINKS_AT_ONCE, signal, ...after(pageParam) };
      return "noteId" in subject
        ? client.links.ofNote(subject.noteId, page)
        : client.links.ofFile(subject.attachmentId, page);
    },
    ...pages,
  });

/** Queries the links of the user, newest first. */
export const ownLinksQuery = (filter: LinkFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.links, { filter }],
    queryFn: ({ pageParam, signal }) =>
      client.links.list({ signal, ...(filter !== "all" && { kind: filter }), ...after(pageParam) }),
    ...pages,
  });

type Pages = { pages: LinkPage[]; pageParams: (string | undefined)[] };

/** Shows a new link at the top of the list of its note or file, before the list is loaded again. */
export function addLink(subject: LinkSubject, link: Link): void {
  queryClient.setQueryData(linksQuery(subject).queryKey, (list) => {
    const [first, ...rest] = list?.pages ?? [];
    if (list === undefined || first === undefined) return list;
    return { ...list, pages: [{ ...first, items: [link, ...first.items] }, ...rest] };
  });
}

/** Shows a changed link in every list that has it. */
export function changeLink(linkId: string, change: (link: Link) => Link): void {
  queryClient.setQueriesData<Pages>({ queryKey: keys.links }, (list) => {
    if (list === undefined) return list;
    const pages = list.pages.map((page) => ({
      ...page,
      items: page.items.map((link) => (link.id === linkId ? change(link) : link)),
    }));
    return { ...list, pages };
  });
}
