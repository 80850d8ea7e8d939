import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "@tanstack/react-router";
import type { Link } from "@valetkey/client";
import { Link2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { buttonStyle } from "../../components/button.tsx";
import { Page } from "../../components/page.tsx";
import { PagedList } from "../../components/paged-list.tsx";
import { Segmented } from "../../components/select.tsx";
import { Empty, Problem } from "../../components/states.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { texts } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";
import { hasEnded, stateAt, useServiceNow } from "./describe-link.tsx";
import { EndedLinks, LinkItem } from "./link-item.tsx";
import { type LinkFilter, ownLinksQuery, useMakeLink } from "./links-query.ts";

const words = linkTexts;
const options = (["all", "download", "upload"] as const).map((value) => ({ value, label: words.page.filters[value] }));

export function LinksPage() {
  return (
    <Page title={words.page.title}>
      <OwnLinks />
    </Page>
  );
}

function OwnLinks() {
  const [filter, setFilter] = useState<LinkFilter>("all");
  const { made, makeAgain, error } = useMakeLink();
  const isOff = useQuery(instanceQuery).data?.limits.links.enabled === false;
  const list = useInfiniteQuery(ownLinksQuery(filter));
  const isEmpty = list.data?.pages.every(({ items }) => items.length === 0) === true && !list.hasNextPage;
  const now = useServiceNow(1_000);
  const isOver = (link: Link) => hasEnded(stateAt(link, now));
  const ended = list.data?.pages.flatMap(({ items }) => items).filter(isOver);
  return (
    <div className="flex flex-col gap-4">
      {isOff && <p className="text-muted">{words.off}</p>}
      {!(isEmpty && filter === "all") && (
        <Segmented
          label={words.page.filter}
          value={filter}
          onChange={setFilter}
          options={options}
          className="md:self-start"
        />
      )}
      {error !== null && <Problem error={error} />}
      <PagedList
        list={list}
        label={words.list}
        failed={words.failed}
        empty={<None filter={filter} />}
        rowHeight="h-40 md:h-24"
        className="gap-3 empty:hidden"
      >
        {(link) =>
          !isOver(link) && (
            <LinkItem
              key={link.id}
              link={link}
              on="canvas"
              created={made?.link.id === link.id ? { isCopied: made.isCopied, hasCode: false } : undefined}
              place={placeOf(link)}
            />
          )
        }
      </PagedList>
      <EndedLinks
        links={ended ?? []}
        hasMore={list.hasNextPage}
        place={placeOf}
        onAgain={(link) => void makeAgain(link)}
      />
    </div>
  );
}

function placeOf({ noteId, noteTitle }: Link): ReactNode {
  return (
    <RouterLink to="/n/$noteId" params={{ noteId }} className="underline underline-offset-2 hover:text-ink">
      {titleOf(noteTitle)}
    </RouterLink>
  );
}

function None({ filter }: { filter: LinkFilter }) {
  const { empty, emptyOf } = words.page;
  if (filter !== "all") return <p className="py-6 text-center text-muted">{emptyOf[filter]}</p>;
  return (
    <Empty
      icon={<Link2 size={28} strokeWidth={1.5} />}
      title={empty.title}
      hint={empty.hint}
      action={
        <RouterLink to="/" className={buttonStyle({ kind: "outline" })}>
          {texts.notes.goTo["/"]}
        </RouterLink>
      }
    />
  );
}
