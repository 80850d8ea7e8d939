import { createStore, type UseStore } from "idb-keyval";
import { storeNames } from "./store-names.ts";

/** Does something with a store of this browser. Answers `otherwise` where there is none, it is full, or it fails: nothing depends on it. */
export type WithStore = <Answer>(work: (store: UseStore) => Promise<Answer>, otherwise: Answer) => Promise<Answer>;

/** A store that outlives the page; opened when it is first used. */
export function browserStore(name: keyof typeof storeNames): WithStore {
  let store: UseStore | undefined;
  return async (work, otherwise) => {
    try {
      store ??= createStore(storeNames[name], name);
      return await work(store);
    } catch {
      return otherwise;
    }
  };
}
