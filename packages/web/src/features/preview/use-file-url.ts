import { useCallback, useEffect, useRef, useState } from "react";
import { giveUp, isOver, liveUrl, readRange } from "./live-url.ts";
import type { Trouble } from "./trouble.tsx";

/** How often in a row an element may break before it is told, and how long each try waits. Milliseconds. */
const PAUSES = [0, 1_000, 3_000];

type FileUrl = {
  /** For `src`; undefined while it is asked for. */
  url: string | undefined;
  trouble: Trouble | undefined;
  /** The element could not load the address, or not go on with it. `isLine`: for the line, not for what came. */
  onBroken: (options?: { isLine?: boolean }) => void;
  /** The element has something to show: what breaks from now on is the first time again. */
  onWorking: () => void;
  onRetry: () => void;
};

/**
 * An address for an element that loads by itself. It is kept as long as the element gets along with it: only what breaks is signed anew,
 * in silence, a few times; then `trouble` says why.
 */
export function useFileUrl(attachmentId: string): FileUrl {
  const [{ url, trouble }, setState] = useState<{ url?: string; trouble?: Trouble }>({});
  const breaks = useRef(0);
  const isReplacing = useRef(false);
  const isShown = useRef(false);
  const settle = useCallback((promise: Promise<{ url: string } | { trouble: Trouble }>) => {
    promise
      .catch((error: unknown) => ({ trouble: { error } }))
      .then((next) => {
        isReplacing.current = false;
        if (isShown.current) setState(next);
      });
  }, []);
  const ask = useCallback(
    () => settle(liveUrl(attachmentId).then((fresh) => ({ url: fresh }))),
    [attachmentId, settle],
  );
  useEffect(() => {
    isShown.current = true;
    ask();
    return () => {
      isShown.current = false;
    };
  }, [ask]);
  return {
    url,
    trouble,
    onBroken({ isLine = false } = {}) {
      if (url === undefined || isReplacing.current) return;
      const pauseMs = PAUSES[breaks.current];
      breaks.current += 1;
      isReplacing.current = true;
      settle(replace(attachmentId, { url, isLine, pauseMs }));
    },
    onWorking() {
      breaks.current = 0;
    },
    onRetry() {
      breaks.current = 0;
      if (url !== undefined) giveUp(attachmentId, url);
      setState({});
      ask();
    },
  };
}

type Broken = { url: string; isLine: boolean; pauseMs: number | undefined };

/** Elements don't say why they break, so the bucket is asked: with a byte, unless the address is over anyway. */
async function replace(
  attachmentId: string,
  { url, isLine, pauseMs }: Broken,
): Promise<{ url: string } | { trouble: Trouble }> {
  if (!isOver(attachmentId, url)) {
    await readRange(attachmentId, { from: 0, to: 1 });
    const isRefused = isOver(attachmentId, url);
    if (!isRefused && !isLine) return { trouble: "unshowable" };
  }
  if (pauseMs === undefined) return { trouble: "unshowable" };
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  giveUp(attachmentId, url);
  return { url: await liveUrl(attachmentId) };
}
