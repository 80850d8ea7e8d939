import { useCallback, useEffect, useRef, useState } from "react";
import { discardFileUrl, getFileUrl, isExpired, readFileRange } from "./file-url.ts";
import type { PreviewFailure } from "./preview-failure.tsx";

/** How long each replacement of a URL waits. After the last one, the failure is shown. Milliseconds. */
const RETRY_DELAYS_MS = [0, 1_000, 3_000];

type FileUrlState = {
  /** Undefined while it is requested. */
  url: string | undefined;
  failure: PreviewFailure | undefined;
  /** To be called when the element cannot load the URL. `isNetworkError`: the connection failed, and not the content. */
  onBroken: (options?: { isNetworkError?: boolean }) => void;
  /** To be called when the element shows the file. Resets the count of failures. */
  onWorking: () => void;
  onRetry: () => void;
};

/** Returns a URL for an element that loads by itself, such as `img`. It changes only when the element fails. */
export function useFileUrl(attachmentId: string): FileUrlState {
  const [{ url, failure }, setState] = useState<{ url?: string; failure?: PreviewFailure }>({});
  const failures = useRef(0);
  const isReplacing = useRef(false);
  const isShown = useRef(false);
  const isRenewal = useRef(false);
  const settle = useCallback((promise: Promise<{ url: string } | { failure: PreviewFailure }>) => {
    promise
      .catch((error: unknown) => ({ failure: { error } }))
      .then((next) => {
        isReplacing.current = false;
        if (isShown.current) setState(next);
      });
  }, []);
  const request = useCallback(
    () =>
      settle(
        getFileUrl(attachmentId, { isRenewal: isRenewal.current }).then((fresh) => {
          isRenewal.current = true;
          return { url: fresh };
        }),
      ),
    [attachmentId, settle],
  );
  useEffect(() => {
    isShown.current = true;
    request();
    return () => {
      isShown.current = false;
    };
  }, [request]);
  return {
    url,
    failure,
    onBroken({ isNetworkError = false } = {}) {
      if (url === undefined || isReplacing.current) return;
      const delayMs = RETRY_DELAYS_MS[failures.current];
      failures.current += 1;
      isReplacing.current = true;
      settle(replace(attachmentId, { url, isNetworkError, delayMs }));
    },
    onWorking() {
      failures.current = 0;
    },
    onRetry() {
      failures.current = 0;
      if (url !== undefined) discardFileUrl(attachmentId, url);
      setState({});
      request();
    },
  };
}

/** An element does not say why it failed, so this reads a byte from the bucket, unless the URL has expired. */
async function replace(
  attachmentId: string,
  { url, isNetworkError, delayMs }: { url: string; isNetworkError: boolean; delayMs: number | undefined },
): Promise<{ url: string } | { failure: PreviewFailure }> {
  if (!isExpired(attachmentId, url)) {
    await readFileRange(attachmentId, { from: 0, to: 1, isRenewal: true });
    const isRefused = isExpired(attachmentId, url);
    if (!isRefused && !isNetworkError) return { failure: "unshowable" };
  }
  if (delayMs === undefined) return { failure: "unshowable" };
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  discardFileUrl(attachmentId, url);
  return { url: await getFileUrl(attachmentId, { isRenewal: true }) };
}
