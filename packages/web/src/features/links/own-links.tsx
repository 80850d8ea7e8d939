import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "@tanstack/react-router";
import { Link2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Page } from "../../components/page.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { Empty, Failure, Problem, Skeleton } from "../../components/states.tsx";
import { WhenSeen } from "../../components/when-seen.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { texts } from "../../texts/index.ts";
import { LinkItem } from "./link-item.tsx";
import { type LinkFilter, ownLinksQuery } from "./links-query.ts";

const words = linkTexts;
const options = (["all", "download", "upload"] as const).map((value) => ({ value, label: words.page.filters[value] }));

export function LinksPage() {
  return (
    <Page title={words.page.title}>
      <OwnLinks />
    </Page>
  );
}

/** Every link and file request of the user, newest first. */
function OwnLinks() {
  const [filter, setFilter] = useState<LinkFilter>("all");
  const isOff = useQuery(instanceQuery).data?.limits.links.enabled === false;
  const list = useInfiniteQuery(ownLinksQuery(filter));
  const links = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const isEmpty = list.data !== undefined && links.length === 0;
  return (
    <div className="flex flex-col gap-4">
      {isOff && <p className="text-muted">{words.off}</p>}
      {!(isEmpty && filter === "all") && (
        <Segmented
          label={words.page.filter}
          value={filter}
          onChange={setFilter}
          options={options}
          className="self-start"
        />
      )}
      {list.isPending && <Skeletons />}
      {list.isError && list.data === undefined && (
        <Failure title={words.failed} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {isEmpty && <None filter={filter} />}
      <ul aria-label={words.list} className="flex flex-col gap-4 empty:hidden">
        {links.map((link) => (
          <LinkItem
            key={link.id}
            link={link}
            on="canvas"
            place={
              <p className="truncate text-small">
                <RouterLink
                  to="/n/$noteId"
                  params={{ noteId: link.noteId }}
                  className="text-muted underline underline-offset-2 hover:text-ink"
                >
                  {link.noteTitle}
                </RouterLink>
              </p>
            }
          />
        ))}
      </ul>
      {list.isFetchNextPageError && (
        <>
          <Problem error={list.error} />
          <Button className="self-start" onClick={() => void list.fetchNextPage()}>
            {texts.common.tryAgain}
          </Button>
        </>
      )}
      {list.hasNextPage && !list.isFetching && !list.isFetchNextPageError && (
        <WhenSeen key={links.length} onSeen={() => void list.fetchNextPage()} />
      )}
      {list.isFetchingNextPage && <Skeleton className="h-40" />}
    </div>
  );
}

function None({ filter }: { filter: LinkFilter }) {
  const { empty, emptyOf } = words.page;
  if (filter !== "all") return <p className="py-6 text-center text-muted">{emptyOf[filter]}</p>;
  return <Empty icon={<Link2 size={28} strokeWidth={1.5} />} title={empty.title} hint={empty.hint} />;
}

function Skeletons() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-40" />
      <Skeleton className="h-40" />
      <Skeleton className="h-40" />
    </div>
  );
}
