import { useSyncExternalStore } from "react";

/** Notes that are as good as deleted: no list shows them while that can still be undone. */
let going: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

export function setGoing(noteId: string, isGoing: boolean): void {
  const next = new Set(going);
  if (isGoing) next.add(noteId);
  else next.delete(noteId);
  going = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useGoing(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => going);
}
