import {
  infiniteQueryOptions,
  MutationCache,
  type Query,
  QueryCache,
  QueryClient,
  type QueryKey,
  queryOptions,
} from "@tanstack/react-query";
import { type Note, type NoteAccess, type NoteSummary, ValetKeyError } from "@valetkey/client";
import { accounts } from "./accounts.ts";
import { client, connection, earliestServiceNow, hasCode, onRefused } from "./client.ts";
import { onRecovery } from "./connection.ts";
import { claimLocalData } from "./local-data.ts";
import { blankNote, isNewNoteId } from "./new-notes.ts";

/** The maximum number of retries of a failed query. Of the 4xx responses, only 408 and 429 are retried. */
const RETRIES = 2;

function isFinal(error: unknown): boolean {
  // A retry would reach the same time limit.
  if (hasCode(error, "search_timeout")) return true;
  const { status } = error as { status?: number };
  return status !== undefined && status < 500 && status !== 429 && status !== 408;
}

/** Loads the session again. If the session has ended, the page redirects to the sign-in. */
function onError(error: unknown): void {
  if (hasCode(error, "unauthenticated")) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Without a network, requests fail immediately, because the pages show each error.
      networkMode: "always",
      retry: (failures, error) => !isFinal(error) && navigator.onLine && failures < RETRIES,
    },
    mutations: { networkMode: "always" },
  },
});

// After an outage, a page may show outdated data and old errors, so all data loads again.
onRecovery(connection, () => void queryClient.invalidateQueries(undefined, { cancelRefetch: false }));

// After a 401, the session loads again. After a 403 or 404, the open note and the lists load again, because a share may have been revoked
// or an item deleted.
onRefused((status) => {
  if (status === 401) return void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  const predicate = ({ queryKey: [noun], state }: Query) =>
    state.status !== "error" && (noun === "note" || noun === keys.notes[0] || noun === keys.sharedFiles[0]);
  void queryClient.invalidateQueries({ predicate }, { cancelRefetch: false });
});

/** Loads the data of these query keys again. Resolves when the visible data is loaded. */
export async function invalidate(...queryKeys: readonly QueryKey[]): Promise<void> {
  await Promise.all(queryKeys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}

/** The id of the account whose data this document has shown. */
let shownTo: string | undefined;

async function currentSession() {
  const session = await accounts.current();
  if (session === null) return session;
  const { id } = session.user;
  await claimLocalData(id);
  if (shownTo !== undefined && shownTo !== id) {
    // Another user has signed in, in this tab or in another tab. The reload removes the data of the previous user from memory.
    location.reload();
    return new Promise<never>(() => undefined);
  }
  shownTo = id;
  return session;
}

/** The session with its account. Null if nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: currentSession,
  staleTime: 60_000,
});

/** The settings of this service: whether accounts exist, who may create an account, and the limits. */
export const instanceQuery = queryOptions({
  queryKey: ["instance"],
  queryFn: () => client.instance(),
  staleTime: 60_000,
});

/** The pause in milliseconds between two polls while a note of another owner is open, about the default lifetime of a URL. */
const SHARED_NOTE_MS = 60_000;

/** The maximum delay of a timer in milliseconds. In browsers, a timer of more than 24 days ends at once. */
const LONGEST_PAUSE_MS = 86_400_000;
const SHORTEST_PAUSE_MS = 2_000;

/** Returns the milliseconds until one of these accesses expires, so that its count falls. Returns Infinity if no access expires. */
export function timeToNextEnd(accesses: readonly (NoteAccess | undefined)[]): number {
  const ends = accesses.flatMap((access) => Object.values(access ?? {}).map(({ next, until }) => next ?? until));
  const instants = ends.flatMap((end) => (end === undefined ? [] : [Date.parse(end)]));
  if (instants.length === 0) return Number.POSITIVE_INFINITY;
  const first = instants.reduce((one, other) => Math.min(one, other)) - earliestServiceNow();
  return Math.min(Math.max(first, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
}

/** The maximum number of attachments that the service returns in one page. */
const ATTACHMENTS_AT_ONCE = 200;

/** A note with all its attachments, because the page of a note sorts, counts and downloads all attachments. */
export const noteQuery = (noteId: string) =>
  queryOptions({
    queryKey: ["note", noteId],
    queryFn: ({ signal }) => readNote(noteId, signal),
    // Several parts of the page read the note. If the service refuses the note, each part would send another request.
    retryOnMount: false,
    // The sentence about access changes when an access expires, and the service sends no event about an expiry.
    refetchInterval({ state: { data } }) {
      if (data === undefined) return false;
      const pause = timeToNextEnd([data.access, ...data.attachments.map(({ access }) => access)]);
      return data.role === "owner" ? pause : Math.min(pause, SHARED_NOTE_MS);
    },
  });

async function readNote(noteId: string, signal: AbortSignal): Promise<Note> {
  if (isNewNoteId(noteId)) return readBlankNote(noteId);
  const note = await client.notes.get(noteId, { signal });
  const attachments = [...note.attachments];
  let cursor = note.attachmentsCursor;
  while (cursor !== null) {
    const page = await client.notes.listAttachments(noteId, { cursor, limit: ATTACHMENTS_AT_ONCE, signal });
    attachments.push(...page.items);
    cursor = page.nextCursor;
  }
  return { ...note, attachments, attachmentsCursor: null };
}

/** Returns a note that the service has not created yet. */
export async function readBlankNote(noteId: string): Promise<Note> {
  const session = await queryClient.ensureQueryData(sessionQuery);
  if (session === null) throw new ValetKeyError("unauthenticated", "");
  return blankNote(noteId, session.user);
}

type PageRequest = { signal: AbortSignal; cursor?: string };

/** Makes a query for a list that loads page by page. */
export const pagesQuery = <Page extends { nextCursor: string | null }>(
  queryKey: QueryKey,
  read: (page: PageRequest) => Promise<Page>,
) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => read({ signal, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

export function listedNote(noteId: string): NoteSummary | undefined {
  return queryClient
    .getQueriesData<{ pages: { items: NoteSummary[] }[] }>({ queryKey: keys.notes })
    .flatMap(([, list]) => list?.pages.flatMap(({ items }) => items) ?? [])
    .find(({ id }) => id === noteId);
}

/** The query keys, which a caller needs to load data again after a change. */
export const keys = {
  notes: ["notes"],
  found: ["found-notes"],
  sharedFiles: ["shared-files"],
  foundNotes: (q: string) => ["found-notes", q],
  note: (noteId: string) => ["note", noteId],
  shares: (noteId: string) => ["shares", noteId],
  links: ["links"],
  activity: ["activity"],
  trash: ["trash"],
  me: ["me"],
  usage: ["usage"],
  tokens: ["tokens"],
  sessions: ["sessions"],
  secondFactor: ["second-factor"],
  passkeys: ["passkeys"],
  contents: ["account-contents"],
} as const;

/** The files that are shared with the user without their notes. */
export const sharedFilesQuery = pagesQuery(keys.sharedFiles, client.attachments.listShared);

/** The signed-in user, with the email address and whether the email address is confirmed. */
export const meQuery = queryOptions({ queryKey: keys.me, queryFn: () => client.me() });

/** The maximum number of notes of each kind that `findEditable` returns. */
const FOUND = 30;

/** Finds notes that the user may edit. The note that was changed last is first. */
export async function findEditable(q: string, signal: AbortSignal): Promise<NoteSummary[]> {
  const find = (scope: "owned" | "shared") =>
    client.notes.list({ scope, limit: FOUND, signal, ...(q !== "" && { q }) });
  const lists = await Promise.all([find("owned"), find("shared")]);
  return lists
    .flatMap(({ items }) => items)
    .filter(({ role }) => role !== "viewer")
    .toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt));
}
