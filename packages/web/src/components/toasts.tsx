import { type ComponentType, useEffect, useState, useSyncExternalStore } from "react";
import { hasToasts, subscribeToToasts } from "./toast-queue.ts";

/** Until its code is asked for again, when it did not come. Milliseconds. */
const PAUSE_MS = 2_000;

/** Where short messages appear. Its code is fetched with the first click or key: without a connection it would be too late for it. */
export function Toasts() {
  const isNeeded = useSyncExternalStore(subscribeToToasts, hasToasts);
  const [isUsed, setUsed] = useState(false);
  const [Region, setRegion] = useState<ComponentType>();
  const isAsked = (isNeeded || isUsed) && Region === undefined;
  useEffect(() => {
    const use = () => setUsed(true);
    const given = new AbortController();
    for (const type of ["pointerdown", "keydown"]) addEventListener(type, use, { once: true, signal: given.signal });
    return () => given.abort();
  }, []);
  useEffect(() => {
    if (!isAsked) return;
    let timer: ReturnType<typeof setTimeout>;
    let isShown = true;
    const fetchRegion = () =>
      void import("./toast-region.tsx").then(
        ({ ToastRegion }) => isShown && setRegion(() => ToastRegion),
        () => {
          if (isShown) timer = setTimeout(fetchRegion, PAUSE_MS);
        },
      );
    fetchRegion();
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
  }, [isAsked]);
  return isNeeded && Region !== undefined && <Region />;
}
