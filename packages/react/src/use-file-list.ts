"use client";

import { type Item, type ItemFile, isRetryable, type ValetKeyError } from "@valetkey/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { toError, useValetKey } from "./provider.tsx";

export type FileList = {
  /** The files of the loaded pages, and the files from `put`, the oldest file first. Each file is ready or in verification. */
  files: readonly ItemFile[];
  isLoading: boolean;
  error: ValetKeyError | undefined;
  hasMore: boolean;
  loadMore(): void;
  /** Repeats the failed request. */
  retry(): void;
  put(file: ItemFile): void;
  drop(fileId: string): void;
};

type State = {
  files: readonly ItemFile[];
  isLoading: boolean;
  error: ValetKeyError | undefined;
  next: string | null;
};
const START: State = { files: [], isLoading: true, error: undefined, next: null };
const PAGE = 50;

/** Lists the files of an item page by page, and refreshes the loaded pages. If the item changes, the caller must remount the component. */
export function useFileList({ resource, itemId }: Item, { refreshSeconds = 0 }: { refreshSeconds?: number }): FileList {
  const client = useValetKey();
  const [page, setPage] = useState<{ cursor?: string }>({});
  const [state, setState] = useState(START);
  /** The number of changes to the list. If the list changes during a refresh, the refresh starts again. */
  const changes = useRef(0);
  const change = useCallback((make: (before: State) => State) => {
    changes.current += 1;
    setState(make);
  }, []);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    change((before) => ({ ...before, isLoading: true, error: undefined }));
    client.list({ resource, itemId }, { ...page, limit: PAGE, signal }).then(
      ({ items, nextCursor }) =>
        change(({ files }) => ({ ...START, isLoading: false, files: merge(files, items), next: nextCursor })),
      (cause) => {
        if (!signal.aborted) change((before) => ({ ...before, isLoading: false, error: toError(cause) }));
      },
    );
    return () => abort.abort();
  }, [client, resource, itemId, page, change]);

  const refresh = async (signal: AbortSignal): Promise<void> => {
    const started = changes.current;
    try {
      const files: ItemFile[] = [];
      let next: string | null = null;
      do {
        const cursor = next === null ? {} : { cursor: next };
        const loaded: Awaited<ReturnType<typeof client.list>> = await client.list(
          { resource, itemId },
          { ...cursor, limit: PAGE, signal },
        );
        files.push(...loaded.items);
        next = loaded.nextCursor;
      } while (next !== null && files.filter(isShown).length < state.files.length);
      if (signal.aborted) return;
      if (changes.current !== started) return refresh(signal);
      setState((before) => ({ ...before, files: merge([], files), error: undefined, next }));
    } catch (cause) {
      const error = toError(cause);
      // A later refresh succeeds when the connection works again, so the user sees no error. If the user has lost access, the user sees the
      // error.
      if (!signal.aborted && !isRetryable(error)) setState((before) => ({ ...before, error }));
    }
  };
  const isPending = state.files.some(({ state }) => state !== "ready");
  useRefreshes(refresh, { isEnabled: !state.isLoading, isPending, refreshSeconds });

  const put = useCallback(
    (file: ItemFile) => change((before) => ({ ...before, files: merge(before.files, [file]) })),
    [change],
  );
  const drop = useCallback(
    (fileId: string) => change((before) => ({ ...before, files: before.files.filter(({ id }) => id !== fileId) })),
    [change],
  );
  const { next, ...shown } = state;
  return {
    ...shown,
    hasMore: next !== null,
    loadMore: () => setPage(next === null ? {} : { cursor: next }),
    retry: () => setPage({ ...page }),
    put,
    drop,
  };
}

type Refreshes = { isEnabled: boolean; isPending: boolean; refreshSeconds: number };

/** The pause before the first refresh during a verification. Each further pause is twice as long. */
const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 60_000;

/**
 * Calls `refresh` when the user returns to the page, when the connection returns, during a verification, and every `refreshSeconds`
 * seconds. A hidden page sends no requests.
 */
function useRefreshes(refresh: (signal: AbortSignal) => Promise<void>, options: Refreshes): void {
  const { isEnabled, isPending, refreshSeconds } = options;
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    if (!isEnabled) return;
    const abort = new AbortController();
    const { signal } = abort;
    let isRunning = false;
    const run = async () => {
      if (isRunning || document.visibilityState === "hidden") return;
      isRunning = true;
      await latest.current(signal);
      isRunning = false;
    };
    for (const type of ["focus", "online"]) window.addEventListener(type, run, { signal });
    document.addEventListener("visibilitychange", run, { signal });
    const everyMs = refreshSeconds > 0 ? refreshSeconds * 1000 : Number.POSITIVE_INFINITY;
    let pauseMs = isPending ? FIRST_PAUSE_MS : everyMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const plan = () => {
      if (pauseMs === Number.POSITIVE_INFINITY) return;
      timer = setTimeout(() => {
        void run();
        if (isPending) pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS, everyMs);
        plan();
      }, pauseMs);
    };
    plan();
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [isEnabled, isPending, refreshSeconds]);
}

const SHOWN: ReadonlySet<string> = new Set(["ready", "verifying", "scanning"]);
const isShown = ({ state }: ItemFile) => SHOWN.has(state);

/** Adds the files that are ready or in verification. A file that is already in the list keeps its position. */
function merge(files: readonly ItemFile[], added: readonly ItemFile[]): ItemFile[] {
  const byId = new Map(files.map((file) => [file.id, file]));
  for (const file of added) if (isShown(file)) byId.set(file.id, file);
  return [...byId.values()];
}
