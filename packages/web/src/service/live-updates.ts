import type { Query } from "@tanstack/react-query";
import type { Changes } from "@valetkey/client";
import { client } from "./client.ts";
import { keys, queryClient } from "./queries.ts";

/**
 * The time without an event after which the connection counts as broken. The service sends an event about every 15 seconds. A proxy may
 * also delay the events. Milliseconds.
 */
const QUIET_MS = 40_000;
/**
 * Without working streams, the page polls. POLL_MS is the average pause, and POLLS is the number of polls before the page tries a stream
 * again.
 */
const POLL_MS = 15_000;
const POLLS = 8;
/**
 * The average pause between the refusal of a stream and the first poll, in milliseconds. The poll shows why the service refused the stream,
 * for example because the session has ended.
 */
const REFUSED_MS = 1_000;

/** The queries that become outdated when a part of the state changes. */
const OUTDATED: Record<Changes["changed"][number], readonly (readonly string[])[]> = {
  own: [keys.notes, ["note"], ["shares"], ["access-requests"], keys.links, keys.activity, keys.usage],
  shared: [keys.notes, keys.sharedFiles],
  note: [["note"]],
};

function outdatedBy(parts: readonly Changes["changed"][number][]) {
  return new Set(parts.flatMap((part) => OUTDATED[part]));
}

/**
 * The last state that the service sent. The page stores this state outside of the streams, so that it misses no change between two streams.
 */
let last: { noteId: string | undefined; state: string } | undefined;

/** Loads the data again when other people change it. Returns a function that ends the updates. */
export function followChanges(noteId: string | undefined): () => void {
  const query = () => ({ ...(noteId !== undefined && { noteId }), ...sinceOf(noteId) });

  // The page loaded these data before it knew their state. No event reports the changes in between, so the first event reloads the data.
  let unknown = partsWithoutState(noteId);

  function accept({ changed, state }: Changes): void {
    last = { noteId, state };
    for (const queryKey of outdatedBy(changed)) void queryClient.invalidateQueries({ queryKey });
    // The service has just refused these data. Only a change can make them available.
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
    // The browser connects again automatically, unless the service refuses the stream.
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

/** Returns the parts of the last state that are valid for this page. The last part belongs to the note that was open at that time. */
function sinceOf(noteId: string | undefined): { since?: string } {
  if (last === undefined) return {};
  return { since: last.noteId === noteId ? last.state : last.state.split(".").slice(0, 2).join(".") };
}

/** Returns the parts for which `sinceOf` has no state. */
function partsWithoutState(noteId: string | undefined): Changes["changed"] {
  if (last === undefined) return ["own", "shared", "note"];
  return last.noteId === noteId ? [] : ["note"];
}
