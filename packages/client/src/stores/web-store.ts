import { memoryStore, type UploadStore } from "./upload-store.ts";

/** The part of `Storage` that the client uses. */
export type WebStorage = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
};

/** Stores unfinished uploads in the browser. They survive the end of the tab in `localStorage`, and only a reload in `sessionStorage`. */
export function webStore(storage: WebStorage): UploadStore {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => storage.removeItem(key),
  };
}

/** Returns a store that uses `localStorage` in a page with access to it, and memory elsewhere. */
export function defaultStore(): UploadStore {
  try {
    // Node also has a localStorage, but it stores nothing on the disk.
    const { document, localStorage } = globalThis as { document?: unknown; localStorage?: WebStorage };
    if (document !== undefined && localStorage !== undefined) return webStore(localStorage);
  } catch {
    // The page may not store anything, so the store uses memory.
  }
  return memoryStore();
}
