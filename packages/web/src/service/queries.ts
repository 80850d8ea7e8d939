import { MutationCache, type Query, QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";
import type { Note } from "@valetkey/client";
import { accounts } from "./accounts.ts";
import { client, hasCode, onRefused } from "./client.ts";
import { claimLocalData } from "./local-data.ts";

/** How often a failed reading is tried again by itself; what was decided (4xx) is not. */
const RETRIES = 2;

function isDecided(error: unknown): boolean {
  const { status } = error as { status?: number };
  return status !== undefined && status < 500 && status !== 429 && status !== 408;
}

/** Whoever is told that the session is over looks at it again, and the pages lead to the sign-in. */
function onError(error: unknown): void {
  if (hasCode(error, "unauthenticated")) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
}

/** What the pages know of the service. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Offline is shown, and a failure too: nothing waits in silence.
      networkMode: "always",
      retry: (failures, error) => !isDecided(error) && navigator.onLine && failures < RETRIES,
    },
    mutations: { networkMode: "always" },
  },
});

// The session is over: the pages lead to the sign-in, and back. Access was taken away, or something was deleted: the open note and the
// lists are looked at again, and say so.
onRefused((status) => {
  if (status === 401) return void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  const predicate = ({ queryKey: [noun], state }: Query) =>
    state.status !== "error" && (noun === "note" || noun === keys.notes[0] || noun === keys.sharedFiles[0]);
  void queryClient.invalidateQueries({ predicate }, { cancelRefetch: false });
});

/** Whose data the page has shown since it was loaded. */
let shownTo: string | undefined;

async function currentSession() {
  const session = await accounts.current();
  if (session === null) return session;
  const { id } = session.user;
  await claimLocalData(id);
  if (shownTo !== undefined && shownTo !== id) {
    // Someone else has signed in meanwhile, here or in another tab: nothing of the one before stays in memory.
    location.reload();
    return new Promise<never>(() => undefined);
  }
  shownTo = id;
  return session;
}

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: currentSession,
  staleTime: 60_000,
});

/** What this service is like: whether accounts exist, who may make one, and its limits. */
export const instanceQuery = queryOptions({
  queryKey: ["instance"],
  queryFn: () => client.instance(),
  staleTime: 60_000,
});

/** How often the open note of someone else is looked at again: about as long as URLs live. Milliseconds. */
const SHARED_NOTE_MS = 60_000;

/** One note with its attachments. What a list has shown of it stands there until it has come. */
export const noteQuery = (noteId: string) =>
  queryOptions({
    queryKey: ["note", noteId],
    queryFn: ({ signal }) => client.notes.get(noteId, { signal }),
    placeholderData: () => listedNote(noteId),
    refetchInterval: ({ state: { data } }) => data !== undefined && data.role !== "owner" && SHARED_NOTE_MS,
  });

function listedNote(noteId: string): Note | undefined {
  return queryClient
    .getQueriesData<{ pages: { items: Note[] }[] }>({ queryKey: keys.notes })
    .flatMap(([, list]) => list?.pages.flatMap(({ items }) => items) ?? [])
    .find(({ id }) => id === noteId);
}

/** The keys under which lists live, to be invalidated when something in them changed. */
export const keys = {
  /** Lists of notes, page by page. */
  notes: ["notes"],
  sharedFiles: ["shared-files"],
  foundNotes: (q: string) => ["found-notes", q],
  note: (noteId: string) => ["note", noteId],
  shares: (noteId: string) => ["shares", noteId],
  activity: ["activity"],
  usage: ["usage"],
  tokens: ["tokens"],
  sessions: ["sessions"],
} as const;
