import { createStore, type UseStore } from "idb-keyval";

/** Works with a store of the browser. Resolves with `fallback` when the store is missing, full or broken. */
export type WithStore = <Result>(work: (store: UseStore) => Promise<Result>, fallback: Result) => Promise<Result>;

/** Opens an IndexedDB store at its first use. A sign-out deletes what it holds, because of its name. */
export function browserStore(name: "uploads" | "thumbnails"): WithStore {
  let store: UseStore | undefined;
  return async (work, fallback) => {
    try {
      store ??= createStore(`valetkey.${name}`, name);
      return await work(store);
    } catch {
      return fallback;
    }
  };
}
