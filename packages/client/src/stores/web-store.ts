import { memoryStore, type UploadStore } from "./store.ts";

/** The part of `Storage` that is used. */
export type WebStorage = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
};

/** Remembers in a storage of the browser: `localStorage` outlives the tab, `sessionStorage` a reload only. */
export function webStore(storage: WebStorage): UploadStore {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => storage.removeItem(key),
  };
}

/** `localStorage` in a page that has one and may use it, memory elsewhere. */
export function defaultStore(): UploadStore {
  try {
    // Node has the name as well, but without a file to keep it in.
    const { document, localStorage } = globalThis as { document?: unknown; localStorage?: WebStorage };
    if (document !== undefined && localStorage !== undefined) return webStore(localStorage);
  } catch {
    // A page without permission to store anything.
  }
  return memoryStore();
}
