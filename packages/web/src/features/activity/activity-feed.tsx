import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { AuditEvent } from "@valetkey/client";
import { History } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { Page } from "../../components/page.tsx";
import { Segmented } from "../../components/select.tsx";
import { Empty, Failure, Problem, Skeleton } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { keys, pagesQuery, sessionQuery } from "../../service/queries.ts";
import { activity as activityTexts } from "../../texts/en/activity.ts";
import { texts } from "../../texts/index.ts";
import { ActivityList } from "./activity-list.tsx";
import { DownloadChart } from "./download-chart.tsx";
import { type Filter, isShown } from "./filter-events.ts";

const words = activityTexts;

const filters = (Object.keys(words.filter.options) as Filter[]).map((value) => ({
  value,
  label: words.filter.options[value],
}));

export function ActivityPage() {
  return (
    <Page title={words.title}>
      <ActivityFeed />
    </Page>
  );
}

/** Shows the activity of one note, or of all notes that the user owns, with a chart of the downloads. */
export function ActivityFeed({ noteId }: { noteId?: string }) {
  const { data: session } = useQuery(sessionQuery);
  const now = useNow();
  const { pages, events } = useEvents(noteId);
  const { data: downloads } = useQuery({
    queryKey: [...keys.activity, noteId, "downloads"],
    queryFn: ({ signal }) => client.activity.downloads({ ...(noteId !== undefined && { noteId }), signal }),
  });
  const [filter, setFilter] = useState<Filter>("all");
  const hasMore = pages.hasNextPage && !pages.isFetchNextPageError;
  if (pages.isPending) return <Skeletons />;
  if (events === undefined) return <Failure title={words.failedToLoad} query={pages} />;
  if (events.length === 0) return <Empty icon={<History size={28} strokeWidth={1.5} />} {...words.empty} />;
  const filtered = events.filter((event) => isShown(event, filter));
  return (
    <div className="flex flex-col gap-6">
      {downloads !== undefined && <DownloadChart counted={downloads} now={now} />}
      <Segmented
        label={words.filter.label}
        value={filter}
        onChange={setFilter}
        options={filters}
        className="grid grid-cols-3 sm:self-start xl:flex"
      />
      {filtered.length === 0 && !hasMore && (
        <p role="status" className="text-muted text-small">
          {words.emptyFilter[filter]}
        </p>
      )}
      <ActivityList
        key={filter}
        events={filtered}
        accountId={session?.user.id}
        now={now}
        showsNote={noteId === undefined}
        pageCount={pages.data?.pages.length ?? 0}
        onEnd={hasMore && !pages.isFetching ? () => void pages.fetchNextPage() : undefined}
      />
      {pages.isFetchNextPageError && (
        <div className="flex flex-wrap items-center gap-2">
          <Problem>{words.failedToLoadMore}</Problem>
          <Button onClick={() => void pages.fetchNextPage()}>{texts.common.tryAgain}</Button>
        </div>
      )}
      <p role="status" className="text-muted text-small">
        {pages.isFetchingNextPage && words.loadingMore}
      </p>
    </div>
  );
}

function Skeletons() {
  return (
    <div className="flex flex-col gap-2">
      <Skeleton className="mb-4 h-32" />
      <Skeleton className="h-9" />
      <Skeleton className="h-9" />
      <Skeleton className="h-9" />
    </div>
  );
}

const PAGE_SIZE = 200;

/** Loads the events of one note, or of all notes that the user owns, newest first. Older events load when the user scrolls. */
function useEvents(noteId: string | undefined) {
  const pages = useInfiniteQuery(
    pagesQuery([...keys.activity, noteId], (page) =>
      client.activity.list({ ...page, limit: PAGE_SIZE, routine: "omit", ...(noteId !== undefined && { noteId }) }),
    ),
  );
  const events = pages.data?.pages.flatMap(({ items }) => items);
  return { pages, events: noteId === undefined ? events?.filter((event) => !isSecondOfMove(event)) : events };
}

/**
 * Returns whether an event is the second event of a move. A move adds one event to each of the two notes. The feed of all notes shows only
 * the event of the note that the file left.
 */
function isSecondOfMove({ action, detail }: AuditEvent): boolean {
  return action === "attachment.moved" && detail.fromNoteId !== undefined;
}
