import type { Changes } from "@valetkey/client";
import { client } from "./client.ts";
import { keys, queryClient } from "./queries.ts";

/** The service sends an event about every 15 seconds. After this time without one, the connection is dead, or a proxy holds it back. */
const QUIET_MS = 40_000;
/** The average pause between polls where streams do not work, and the polls before the next try of a stream. */
const POLL_MS = 15_000;
const POLLS = 8;
/** The average pause before the poll that finds out why the service refuses a stream. A session may have ended. */
const REFUSED_MS = 1_000;

/** The queries that a hint makes outdated. */
const OUTDATED: Record<Changes["changed"][number], readonly (readonly string[])[]> = {
  own: [keys.notes, ["note"], ["shares"], ["access-requests"], keys.links, keys.activity, keys.usage],
  shared: [keys.notes, keys.sharedFiles],
  note: [["note"]],
};

/** The last state, which outlives a stream, so that nothing is lost between two. */
let last: { noteId: string | undefined; state: string } | undefined;

/** Loads again what others change, as long as it runs. Returns a function that ends it. */
export function followChanges(noteId: string | undefined): () => void {
  const query = () => ({ ...(noteId !== undefined && { noteId }), ...sinceOf(noteId) });

  // The page loaded these before their first state. So a change in between is in no hint.
  let unknown = partsWithoutState(noteId);

  function accept({ changed, state }: Changes): void {
    last = { noteId, state };
    const outdated = new Set([...changed, ...unknown].flatMap((part) => OUTDATED[part]));
    unknown = [];
    for (const queryKey of outdated) void queryClient.invalidateQueries({ queryKey });
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
    // Random, so that pages do not all poll together after an outage.
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

/** The parts of the last state that say something about this page. The last part belongs to the open note. */
function sinceOf(noteId: string | undefined): { since?: string } {
  if (last === undefined) return {};
  return { since: last.noteId === noteId ? last.state : last.state.split(".").slice(0, 2).join(".") };
}

/** The parts that `sinceOf` has no state of. */
function partsWithoutState(noteId: string | undefined): Changes["changed"] {
  if (last === undefined) return ["own", "shared", "note"];
  return last.noteId === noteId ? [] : ["note"];
}
