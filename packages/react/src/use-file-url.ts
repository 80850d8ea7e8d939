"use client";

import { useMemo, useSyncExternalStore } from "react";
import { type FileUrlOptions, type FileUrlState, FileUrlStore } from "./file-url.ts";
import { useValetKey } from "./provider.tsx";

const WITHOUT_URL: FileUrlState = { src: undefined, error: undefined, onError: () => undefined };
const withoutUrl = () => WITHOUT_URL;
const never = () => () => undefined;

/**
 * Returns a URL of a file that is fresh as long as the component is mounted.
 *
 * It requests a new URL before the present one expires, and after the element failed to load it. The service checks the access
 * each time. A page in the background waits until it is visible. There is no `src` on the server. Without a `fileId`, it requests
 * nothing. Throws without a `ValetKeyProvider`.
 *
 * @example
 * ```tsx
 * function Photo({ fileId }: { fileId: string }) {
 *   const { src, onError } = useFileUrl(fileId);
 *   return <img src={src} onError={onError} alt="" />;
 * }
 * ```
 */
export function useFileUrl(
  fileId: string | undefined,
  { expiresIn, disposition, renew }: FileUrlOptions = {},
): FileUrlState {
  const client = useValetKey();
  const store = useMemo(
    () => (fileId === undefined ? undefined : new FileUrlStore(client, fileId, { expiresIn, disposition, renew })),
    [client, fileId, expiresIn, disposition, renew],
  );
  return useSyncExternalStore(store?.subscribe ?? never, store?.state ?? withoutUrl, withoutUrl);
}
