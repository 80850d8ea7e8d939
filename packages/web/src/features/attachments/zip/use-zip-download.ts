import { useSyncExternalStore } from "react";

/** A ZIP in the making, whatever page is shown. */
export type ZipDownload = { noteId: string; doneBytes: number; totalBytes: number; cancel: () => void };

let current: ZipDownload | undefined;

export const currentZip = (): ZipDownload | undefined => current;

const listeners = new Set<() => void>();

/** Shows how far it is; undefined: it is over. */
export function publishZip(next: ZipDownload | undefined): void {
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The one in the making, with each step that it makes. */
export function useZipDownload(): ZipDownload | undefined {
  return useSyncExternalStore(subscribe, () => current);
}
