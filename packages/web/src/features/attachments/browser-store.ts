import { createStore, type UseStore } from "idb-keyval";

/**
 * Returns a function that runs `work` on an IndexedDB store. The first call opens the store. The name of the store has a prefix, so that a
 * sign-out finds the store and deletes its content. The function resolves with `fallback` if the store is missing, full or broken.
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
