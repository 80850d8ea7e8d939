import { useMutation } from "@tanstack/react-query";
import type {
  CreateLinkBody,
  Link,
  LinkKind,
  LinkPage,
  SendLinkBody,
  SentLink,
  UpdateLinkBody,
} from "@valetkey/client";
import { useRef, useState } from "react";
import { copyText } from "../../components/clipboard.ts";
import { client, earliestServiceNow } from "../../service/client.ts";
import { invalidate, keys, pagesQuery, queryClient } from "../../service/queries.ts";
import { newKey } from "../../service/send-once.ts";
import { bodyOfAgain } from "./link-body.ts";

/** The note whose files a link opens, or the single file that a link opens. */
export type LinkSubject = { noteId: string } | { attachmentId: string };
export type LinkFilter = LinkKind | "all";

/** The maximum number of links that the service returns in one page. */
const LINKS_AT_ONCE = 200;

/** Queries the links of a note, or the links that name a file, newest first. Use this query only for users who may edit the note. */
export const linksQuery = (subject: LinkSubject) =>
  "noteId" in subject
    ? pagesQuery([...keys.links, subject.noteId], (page) =>
        client.links.ofNote(subject.noteId, { ...page, limit: LINKS_AT_ONCE }),
      )
    : pagesQuery([...keys.links, subject.attachmentId], (page) =>
        client.links.ofFile(subject.attachmentId, { ...page, limit: LINKS_AT_ONCE }),
      );

export const ownLinksQuery = (filter: LinkFilter) =>
  pagesQuery([...keys.links, { filter }], (page) =>
    client.links.list({ ...page, ...(filter !== "all" && { kind: filter }) }),
  );

/** Queries the people who got the link by mail, newest first. */
export const receiversQuery = (linkId: string) =>
  pagesQuery([...keys.links, { receiversOf: linkId }], (page) => client.links.receivers(linkId, page));

type Pages = { pages: LinkPage[]; pageParams: (string | undefined)[] };

/** Shows a new link at the top of the list of its note or file, before this list loads again. */
function addLink(subject: LinkSubject, link: Link): void {
  queryClient.setQueryData(linksQuery(subject).queryKey, (list) => {
    const [first, ...rest] = list?.pages ?? [];
    if (list === undefined || first === undefined) return list;
    return { ...list, pages: [{ ...first, items: [link, ...first.items] }, ...rest] };
  });
}

/** Shows a changed link in every list that contains the link. */
function changeLink(linkId: string, change: (link: Link) => Link): void {
  queryClient.setQueriesData<Pages>({ queryKey: keys.links }, (list) => {
    if (list === undefined) return list;
    const pages = list.pages.map((page) => ({
      ...page,
      items: page.items.map((link) => (link.id === linkId ? change(link) : link)),
    }));
    return { ...list, pages };
  });
}

/**
 * Loads all lists of links, the activity and the notes again, because a note shows how many links open the note. Aborts running requests
 * for links, which may have read the state before the change.
 */
async function reload(): Promise<void> {
  await queryClient.cancelQueries({ queryKey: keys.links });
  void invalidate(keys.links, keys.activity, keys.notes, ["note"]);
}

type NewLink = { subject: LinkSubject; body: CreateLinkBody };

function useCreateLink() {
  const attempt = useAttempt<NewLink>();
  return useMutation({
    mutationFn: ({ subject, body }: NewLink): Promise<Link> => {
      const key = attempt.keyFor({ subject, body });
      return "noteId" in subject
        ? client.links.create(subject.noteId, body, key)
        : client.links.createForFile(subject.attachmentId, body, key);
    },
    onSuccess: (link, { subject }) => {
      attempt.forget();
      addLink(subject, link);
    },
    onSettled: reload,
  });
}

/** Uses the same idempotency key until the body changes, because the service may have done the work although no response arrived. */
function useAttempt<Body>() {
  const attempt = useRef<{ body: string; idempotencyKey: string }>(undefined);
  return {
    keyFor(given: Body): { idempotencyKey: string } {
      const body = JSON.stringify(given);
      if (attempt.current?.body !== body) attempt.current = { body, idempotencyKey: newKey() };
      return { idempotencyKey: attempt.current.idempotencyKey };
    },
    forget(): void {
      attempt.current = undefined;
    },
  };
}

export function useUpdateLink({ id }: Link) {
  return useMutation({
    mutationFn: (body: UpdateLinkBody) => client.links.update(id, body),
    onSuccess: (link) => changeLink(id, () => link),
    onSettled: reload,
  });
}

/** Sends a link by mail. A retry has the same idempotency key, so that nobody gets the mail twice. */
export function useSendLink({ id }: Link) {
  const attempt = useAttempt<SendLinkBody>();
  return useMutation({
    mutationFn: (mail: SendLinkBody): Promise<SentLink> => client.links.send(id, mail, attempt.keyFor(mail)),
    onSuccess: attempt.forget,
    onSettled: reload,
  });
}

/** Revokes a link. Until the lists load again, they show the link with the remaining time of its last URL. */
export function useRevokeLink({ id }: Link) {
  return useMutation({
    mutationFn: () => client.links.revoke(id),
    onSuccess: ({ lastUrlExpiresAt }) =>
      changeLink(id, (link) => ({
        ...link,
        state: "revoked",
        revokedAt: new Date(earliestServiceNow()).toISOString(),
        lastUrlExpiresAt,
      })),
    onSettled: reload,
  });
}

/** A link that the user has just made. `isCopied` says whether its URL is on the clipboard. */
export type MadeLink = { link: Link; isCopied: boolean };

/** Makes a link and copies its URL. The caller of `make` must be a click handler, because some browsers allow a copy only there. */
export function useMakeLink() {
  const create = useCreateLink();
  const [made, setMade] = useState<MadeLink>();
  async function make(wanted: NewLink): Promise<boolean> {
    const link = create.mutateAsync(wanted);
    const isCopied = await copyText(link.then(({ url }) => url));
    // The mutation already reports the error.
    const ready = await link.catch(() => undefined);
    if (ready !== undefined) setMade({ link: ready, isCopied });
    return ready !== undefined;
  }
  return {
    made,
    isPending: create.isPending,
    error: create.error,
    reset: () => create.reset(),
    /** Forgets which link is new. The link stays in the list. */
    forget: () => setMade(undefined),
    make,
    /** Makes a new link with the settings and the lifetime of an ended link. */
    makeAgain: (link: Link) =>
      make({ subject: { noteId: link.noteId }, body: bodyOfAgain(link, earliestServiceNow()) }),
  };
}
