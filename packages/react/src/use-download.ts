"use client";

import { ValetKeyError } from "@valetkey/client";
import { useCallback, useState } from "react";
import { useValetKey } from "./provider.tsx";

export type DownloadFile = {
  /** Saves the file. Call it in an event handler. Never rejects: `error` has the failure. */
  download(fileId: string): Promise<void>;
  /** Whether the service still decides about a URL. The browser shows the progress of the download itself. */
  isPending: boolean;
  /** Why the last download did not start. */
  error: ValetKeyError | undefined;
};

/**
 * Lets the browser download a file straight from the bucket, with its own list of downloads.
 *
 * @example
 * ```tsx
 * function Save({ fileId }: { fileId: string }) {
 *   const { download, isPending } = useDownload();
 *   return <button type="button" disabled={isPending} onClick={() => download(fileId)}>Save</button>;
 * }
 * ```
 */
export function useDownload(): DownloadFile {
  const client = useValetKey();
  const [pending, setPending] = useState(0);
  const [error, setError] = useState<ValetKeyError>();
  const download = useCallback(
    async (fileId: string) => {
      setPending((count) => count + 1);
      setError(undefined);
      try {
        save((await client.urlFor(fileId, { disposition: "attachment" })).fileUrl);
      } catch (cause) {
        setError(cause instanceof ValetKeyError ? cause : new ValetKeyError("network", "There is no URL.", { cause }));
      } finally {
        setPending((count) => count - 1);
      }
    },
    [client],
  );
  return { download, isPending: pending > 0, error };
}

/** The response is an attachment, so the page stays. */
function save(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.rel = "noopener";
  document.body.append(link);
  link.click();
  link.remove();
}
