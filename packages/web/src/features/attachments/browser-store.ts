import { createStore, type UseStore } from "idb-keyval";

/**
 * Opens an IndexedDB store at its first use. The prefix in the name of the store lets a sign-out delete its content. The returned
 * function runs `work` on the store. It resolves with `fallback` if the store is missing, full or broken.
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
