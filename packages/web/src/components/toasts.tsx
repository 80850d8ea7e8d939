import { lazy, Suspense, useSyncExternalStore } from "react";
import { hasToasts, subscribeToToasts } from "./toast-queue.ts";

const ToastRegion = lazy(async () => ({ default: (await import("./toast-region.tsx")).ToastRegion }));

/** Where short messages appear; its code is fetched with the first one. */
export function Toasts() {
  const isNeeded = useSyncExternalStore(subscribeToToasts, hasToasts);
  return <Suspense>{isNeeded && <ToastRegion />}</Suspense>;
}
