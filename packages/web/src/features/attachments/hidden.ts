import { useSyncExternalStore } from "react";

let hidden: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function publish(next: ReadonlySet<string>): void {
  hidden = next;
  for (const listener of listeners) listener();
}

/** Attachments that the service may still list, and that are gone for the person in front of the page. */
export const hiddenAttachments = {
  add(id: string): void {
    publish(new Set([...hidden, id]));
  },
  remove(id: string): void {
    publish(new Set([...hidden].filter((each) => each !== id)));
  },
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useHiddenAttachments(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => hidden);
}
