"use client";

import type { ValetKeyError } from "@valetkey/client";
import { useCallback, useRef, useState } from "react";
import { useUrlClient } from "./provider.tsx";
import { toError } from "./to-error.ts";

export type DownloadOptions = {
  /** Called with a failure, even after the component is unmounted. */
  onError?: ((error: ValetKeyError) => void) | undefined;
};

export type DownloadFile = {
  /** Saves the file. Call it in an event handler. Never rejects, because `error` and `onError` report the failure. */
  download(fileId: string): Promise<void>;
  /** Whether the request for a URL is still running. The browser itself shows the progress of the download. */
  isPending: boolean;
  /** Why the last download did not start. */
  error: ValetKeyError | undefined;
};

/**
 * Lets the browser download a file directly from the bucket. The download appears in the list of downloads of the browser.
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

/** Lets the browser save the URL. The response is an attachment, so the page stays. */
function save(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.rel = "noopener";
  document.body.append(link);
  link.click();
  link.remove();
}
