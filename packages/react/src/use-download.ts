"use client";

import type { ValetKeyError } from "@valetkey/client";
import { useCallback, useRef, useState } from "react";
import { toError, useUrlClient } from "./provider.tsx";

export type DownloadOptions = {
  /** Receives each error, even after the component unmounts. Default: none. */
  onError?: ((error: ValetKeyError) => void) | undefined;
};

export type DownloadFile = {
  /**
   * Saves a file on the user's machine. Call `download` in an event handler. The returned promise never rejects, because `error` and
   * `onError` report the error.
   */
  download(fileId: string): Promise<void>;
  /** Whether the request for a URL is running. The browser itself shows the progress of the download. */
  isPending: boolean;
  /** The reason why the latest download did not start. */
  error: ValetKeyError | undefined;
};

/**
 * Downloads a file directly from the bucket. The browser shows the file in its list of downloads.
 *
 * @example
 * ```tsx
 * function Save({ fileId }: { fileId: string }) {
 *   const { download, isPending } = useDownload();
 *   return <button type="button" disabled={isPending} onClick={() => download(fileId)}>Save</button>;
 * }
 * ```
 */
export function useDownload({ onError }: DownloadOptions = {}): DownloadFile {
  const client = useUrlClient();
  const latest = useRef(onError);
  latest.current = onError;
  const [pending, setPending] = useState(0);
  const [error, setError] = useState<ValetKeyError>();
  const download = useCallback(
    async (fileId: string) => {
      setPending((count) => count + 1);
      setError(undefined);
      try {
        save((await client.urlFor(fileId, { disposition: "attachment" })).fileUrl);
      } catch (cause) {
        const failure = toError(cause);
        setError(failure);
        latest.current?.(failure);
      } finally {
        setPending((count) => count - 1);
      }
    },
    [client],
  );
  return { download, isPending: pending > 0, error };
}

/** Opens the URL. The response has the header `Content-Disposition: attachment`, so the browser saves the file and stays on the page. */
function save(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.rel = "noopener";
  document.body.append(link);
  link.click();
  link.remove();
}
