import { useInfiniteQuery } from "@tanstack/react-query";
import type { Link } from "@valetkey/client";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { linkTexts } from "../../texts/en/links.ts";
import { texts } from "../../texts/index.ts";
import { LinkItem } from "./link-item.tsx";
import { type LinkSubject, linksQuery } from "./links-query.ts";
import type { MadeLink } from "./use-make-link.ts";

const words = linkTexts;

/**
 * The states of the links that the list shows. Visitors can open these links now, or they can open them after a change of the limit or of
 * the policy.
 */
const SHOWN: ReadonlySet<Link["state"]> = new Set(["live", "used_up", "closed"]);

type LinkListProps = {
  subject: LinkSubject;
  /** The link that was just made. The list shows its URL. */
  made?: MadeLink | undefined;
  /** A link that the list leaves out, because the dialog shows it elsewhere. */
  exceptId?: string | undefined;
  /** The text when there is no link. */
  none?: string;
};

/** Lists the links of a note or file that have not ended, and the links that the user has just revoked here. */
export function LinkList({ subject, made, exceptId, none }: LinkListProps) {
  const list = useInfiniteQuery(linksQuery(subject));
  const [revoked, setRevoked] = useState<readonly string[]>([]);
  const links = (list.data?.pages ?? [])
    .flatMap(({ items }) => items)
    .filter(({ id, state }) => id !== exceptId && (SHOWN.has(state) || revoked.includes(id)));
  if (list.isPending) return <Skeleton className="h-32" />;
  if (list.data === undefined) {
    return <Failure title={words.failed} error={list.error} onRetry={() => void list.refetch()} />;
  }
  return (
    <>
      {links.length === 0 && none !== undefined && <p className="text-muted text-small">{none}</p>}
      <ul aria-label={words.list} className="flex flex-col gap-3 empty:hidden">
        {links.map((link) => (
          <LinkItem
            key={link.id}
            link={link}
            created={made?.link.id === link.id ? { isCopied: made.isCopied, hasCode: false } : undefined}
            onRevoked={() => setRevoked([...revoked, link.id])}
          />
        ))}
      </ul>
      {list.isFetchNextPageError && <Problem error={list.error} />}
      {list.hasNextPage && (
        <Button className="self-start" disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
          {texts.common.showMore}
        </Button>
      )}
    </>
  );
}
