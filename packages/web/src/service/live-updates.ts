import type { Query } from "@tanstack/react-query";
import type { Changes } from "@valetkey/client";
import { client } from "./client.ts";
import { keys, queryClient } from "./queries.ts";

/**
 * The maximum time without an event, in milliseconds. After this time, the page treats the stream as broken. The service sends an event
 * about every 15 seconds, and a proxy may delay events.
 */
const QUIET_MS = 40_000;
/** The average pause in milliseconds between two polls, when streams do not work. After POLLS polls, the page tries a stream again. */
const POLL_MS = 15_000;
const POLLS = 8;
/**
 * The average pause in milliseconds between a refused stream and the first poll. The poll finds out why the service refused the stream, for
 * example because the session has ended.
 */
const REFUSED_MS = 1_000;

/** The query keys of the data that a change to each part of the state makes outdated. */
const OUTDATED: Record<Changes["changed"][number], readonly (readonly string[])[]> = {
  own: [keys.notes, ["note"], ["shares"], ["access-requests"], keys.links, keys.activity, keys.usage],
  shared: [keys.notes, keys.sharedFiles],
  note: [["note"]],
};

function outdatedBy(parts: readonly Changes["changed"][number][]) {
  return new Set(parts.flatMap((part) => OUTDATED[part]));
}

/** The last state that the service sent. The page keeps this state between streams, so that it misses no change. */
let last: { noteId: string | undefined; state: string } | undefined;

/** Loads data again when other people change the data. Returns a function that ends the updates. */
export function followChanges(noteId: string | undefined): () => void {
  const query = () => ({ ...(noteId !== undefined && { noteId }), ...sinceOf(noteId) });

  // The page loaded this data before it knew the state of the data. No event reports the changes in between, so the first event reloads
  // this data.
  let unknown = partsWithoutState(noteId);

  function accept({ changed, state }: Changes): void {
    last = { noteId, state };
    for (const queryKey of outdatedBy(changed)) void queryClient.invalidateQueries({ queryKey });
    // The service has just refused these queries, and only a reported change can make their data available.
    const predicate = ({ state: { status } }: Query) => status !== "error";
    for (const queryKey of outdatedBy(unknown)) void queryClient.invalidateQueries({ queryKey, predicate });
    unknown = [];
  }

  function openStream(): () => void {
    const stream = new EventSource(`/changes?${new URLSearchParams(query())}`);
    const close = () => {
      clearTimeout(timer);
      stream.close();
    };
    const giveUp = (pauseMs = POLL_MS) => {
      close();
      end = poll(POLLS, pauseMs);
    };
    let timer = setTimeout(giveUp, QUIET_MS);
    stream.onmessage = ({ data }) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, QUIET_MS);
      accept(JSON.parse(data));
    };
    // The browser connects again by itself, unless the service refuses the stream.
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) giveUp(REFUSED_MS);
    };
    return close;
  }

  function poll(left: number, averageMs = POLL_MS): () => void {
    const gone = new AbortController();
    // The pause is random, so that not all pages poll at the same time after an outage.
    const pauseMs = averageMs * (0.75 + Math.random() / 2);
    const timer = setTimeout(async () => {
      const found = await client.changes({ ...query(), signal: gone.signal }).catch(() => undefined);
      if (gone.signal.aborted) return;
      if (found !== undefined) accept(found);
      end = left > 1 ? poll(left - 1) : openStream();
    }, pauseMs);
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }

  let end = openStream();
  return () => end();
}

/** Returns the parts of the last state that this page can use. The third part is about a note, and needs the same note on the page. */
function sinceOf(noteId: string | undefined): { since?: string } {
  if (last === undefined) return {};
  return { since: last.noteId === noteId ? last.state : last.state.split(".").slice(0, 2).join(".") };
}

/** Returns the parts of the state that `sinceOf` does not return. */
function partsWithoutState(noteId: string | undefined): Changes["changed"] {
  if (last === undefined) return ["own", "shared", "note"];
  return last.noteId === noteId ? [] : ["note"];
}
