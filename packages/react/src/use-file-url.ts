"use client";

import { useMemo, useSyncExternalStore } from "react";
import { type FileUrlOptions, type FileUrlState, fileUrlOf } from "./file-url.ts";
import { useUrlClient } from "./provider.tsx";

const nothing = () => undefined;
const WITHOUT_URL: FileUrlState = {
  src: undefined,
  error: undefined,
  onError: nothing,
  retry: nothing,
  isExpired: () => true,
};
const withoutUrl = () => WITHOUT_URL;
const never = () => nothing;

/**
 * Returns a URL that shows a file. Replaces the URL if the element cannot load it.
 *
 * The service checks the access before it issues a URL. Components that show the same file share one URL, until the URL expires. During
 * server rendering, `src` is undefined. Without a `fileId`, the hook requests nothing. Throws without a `ValetKeyProvider`.
 *
 * @example
 * ```tsx
 * function Photo({ fileId }: { fileId: string }) {
 *   const { src, error, onError, retry } = useFileUrl(fileId);
 *   if (error) return <button type="button" onClick={retry}>{error.message}</button>;
 *   return <img src={src} onError={onError} alt="" />;
 * }
 * ```
 */
export function useFileUrl(
  fileId: string | undefined,
  { expiresIn, disposition, renew }: FileUrlOptions = {},
): FileUrlState {
  const client = useUrlClient();
  const store = useMemo(
    () => (fileId === undefined ? undefined : fileUrlOf(client, fileId, { expiresIn, disposition, renew })),
    [client, fileId, expiresIn, disposition, renew],
  );
  return useSyncExternalStore(store?.subscribe ?? never, store?.state ?? withoutUrl, withoutUrl);
}
