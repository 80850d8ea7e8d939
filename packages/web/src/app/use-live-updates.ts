import { useParams } from "@tanstack/react-router";
import { useEffect, useSyncExternalStore } from "react";
import { importWithRetry } from "../service/import-with-retry.ts";
import { useConnection } from "../service/use-connection.ts";

/**
 * The pause before a page opens the stream of changes. So the data of the page loads first, and no stream opens for a page that the user
 * leaves immediately. Milliseconds.
 */
const AFTER_START_MS = 1_500;
const AFTER_NAVIGATION_MS = 300;
let hasStarted = false;

/** Keeps a visible page up to date with the changes of other people. A hidden page has no connection. */
export function useLiveUpdates(): void {
  const { noteId } = useParams({ strict: false });
  const isOnline = useConnection() === "online";
  const isVisible = useSyncExternalStore(onVisibility, () => document.visibilityState === "visible");
  useEffect(() => {
    if (!isOnline || !isVisible) return;
    let end: (() => void) | undefined;
    let isOver = false;
    const timer = setTimeout(
      async () => {
        const code = await importWithRetry(() => import("../service/live-updates.ts")).catch(() => undefined);
        if (isOver) return;
        hasStarted = true;
        end = code?.followChanges(noteId);
      },
      hasStarted ? AFTER_NAVIGATION_MS : AFTER_START_MS,
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
      end?.();
    };
  }, [noteId, isOnline, isVisible]);
}

function onVisibility(changed: () => void): () => void {
  document.addEventListener("visibilitychange", changed);
  return () => document.removeEventListener("visibilitychange", changed);
}
