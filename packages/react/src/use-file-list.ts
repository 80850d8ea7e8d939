"use client";

import type { Item, ItemFile, ValetKeyError } from "@valetkey/client";
import { useCallback, useEffect, useState } from "react";
import { toError, useValetKey } from "./provider.tsx";

export type FileList = {
  /** The ready files of the loaded pages, and the files that `put` has added. The oldest file is first. */
  files: readonly ItemFile[];
  isLoading: boolean;
  error: ValetKeyError | undefined;
  hasMore: boolean;
  loadMore(): void;
  /** Repeats the request that failed. */
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

/** Lists the files of an item, page by page. The caller remounts the component if the item changes. */
export function useFileList({ resource, itemId }: Item): FileList {
  const client = useValetKey();
  const [page, setPage] = useState<{ cursor?: string }>({});
  const [state, setState] = useState(START);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    setState((before) => ({ ...before, isLoading: true, error: undefined }));
    client.list({ resource, itemId }, { ...page, limit: 50, signal }).then(
      ({ items, nextCursor }) =>
        setState(({ files }) => ({ ...START, isLoading: false, files: merge(files, items), next: nextCursor })),
      (cause) => {
        if (!signal.aborted) setState((before) => ({ ...before, isLoading: false, error: toError(cause) }));
      },
    );
    return () => abort.abort();
  }, [client, resource, itemId, page]);

  const put = useCallback(
    (file: ItemFile) => setState((before) => ({ ...before, files: merge(before.files, [file]) })),
    [],
  );
  const drop = useCallback(
    (fileId: string) => setState((before) => ({ ...before, files: before.files.filter(({ id }) => id !== fileId) })),
    [],
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

/** Adds the ready files. A file that is already in the list keeps its place. */
function merge(files: readonly ItemFile[], added: readonly ItemFile[]): ItemFile[] {
  const byId = new Map(files.map((file) => [file.id, file]));
  for (const file of added) if (file.state === "ready") byId.set(file.id, file);
  return [...byId.values()];
}
