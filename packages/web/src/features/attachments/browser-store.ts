import { createStore, type UseStore } from "idb-keyval";

/**
 * Opens an IndexedDB store at its first use. A sign-out deletes what it holds, because of its name.
 * The returned function works with the store. It resolves with `fallback` when the store is missing, full or broken.
 */
export function browserStore(name: "uploads" | "thumbnails") {
  let store: UseStore | undefined;
  return async <Result>(work: (store: UseStore) => Promise<Result>, fallback: Result): Promise<Result> => {
    try {
      store ??= createStore(`valetkey.${name}`, name);
      return await work(store);
    } catch {
      return fallback;
    }
  };
}
