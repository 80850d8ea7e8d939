import { DraftRegistry } from "../draft-registry.ts";
import { DraftStorage } from "../draft-storage.ts";
import type { FakeService } from "./fake-service.ts";

/** A browser whose tabs share storage and locks. */
export class FakeBrowser {
  readonly storage = memoryStorage();
  readonly #locks = new Set<string>();
  #tabCount = 0;

  openTab(service: FakeService) {
    this.#tabCount += 1;
    const tab = `tab-${this.#tabCount}`;
    const storage = new DraftStorage({ storage: () => this.storage, locks: this.#lockManager(), tab });
    const drafts = new DraftRegistry({
      notes: service.notes,
      storage,
      onSaved: () => undefined,
      onCreated: () => undefined,
    });
    return { drafts, storage, close: () => void this.#locks.delete(`valetkey.page:${tab}`) };
  }

  #lockManager(): Pick<LockManager, "request" | "query"> {
    const request = async (name: string) => void this.#locks.add(name);
    const query = async () => ({ held: [...this.#locks].map((name) => ({ name })) });
    return { request, query } as Pick<LockManager, "request" | "query">;
  }
}

/** A `Storage` whose keys are enumerable properties, as in a browser. */
export function memoryStorage(): Storage {
  const methods: Pick<Storage, "getItem" | "setItem" | "removeItem"> & ThisType<Record<string, string>> = {
    getItem(key) {
      return this[key] ?? null;
    },
    setItem(key, value) {
      this[key] = value;
    },
    removeItem(key) {
      delete this[key];
    },
  };
  return Object.create(methods);
}
