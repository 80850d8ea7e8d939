import type { StartUploadBody } from "../wire.ts";

type Awaitable<T> = T | Promise<T>;

/**
 * Stores unfinished uploads, so that they resume after a reload or a restart.
 *
 * A value is a short text with ids, and contains no URL and no token. If a store fails, uploads still work, but cannot resume.
 */
export type UploadStore = {
  get(key: string): Awaitable<string | null | undefined>;
  set(key: string, value: string): Awaitable<void>;
  remove(key: string): Awaitable<void>;
};

/** Stores unfinished uploads until the process or the page ends. */
export function memoryStore(): UploadStore {
  const entries = new Map<string, string>();
  return {
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    remove: (key) => void entries.delete(key),
  };
}

/** The part of `Storage` that the client uses. */
export type WebStorage = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
};

/** Stores unfinished uploads in the browser. `localStorage` keeps them after the tab closes, and `sessionStorage` only after a reload. */
export function webStore(storage: WebStorage): UploadStore {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => storage.removeItem(key),
  };
}

/** Returns a store that uses `localStorage` in a page that may use it, and memory elsewhere. */
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

/**
 * The ids of an unfinished upload: the idempotency key of the request that starts the upload and, after the request, the upload's own id.
 */
type UploadIds = { idempotencyKey: string; uploadId?: string };

/** The record of one upload in the store. Ignores errors of the store, because such errors only prevent a later resume. */
export type SavedUpload = {
  load(): Promise<UploadIds | undefined>;
  save(ids: UploadIds): Promise<void>;
  remove(): Promise<void>;
};

export function openSavedUpload(store: UploadStore, key: string): SavedUpload {
  return {
    async load() {
      try {
        return parse(await store.get(key));
      } catch {
        return undefined;
      }
    },
    async save(ids) {
      try {
        await store.set(key, JSON.stringify(ids));
      } catch {
        // The store may be full or forbidden. The upload continues without a saved record.
      }
    },
    async remove() {
      try {
        await store.remove(key);
      } catch {
        // The record stays. The next upload of this file asks the service, and finds that this upload has ended.
      }
    },
  };
}

function parse(text: string | null | undefined): UploadIds | undefined {
  const value = text ? JSON.parse(text) : undefined;
  return typeof value?.idempotencyKey === "string" ? value : undefined;
}

type Identity = Omit<StartUploadBody, "sha256"> & { baseUrl: string; receiver: string; lastModified: number };

/**
 * Returns the key that identifies an upload after a reload: the metadata of the file, and the receiver.
 *
 * The function does not read the bytes. A changed file with the same name, size and time of the last change has the same key.
 */
export function fingerprint(identity: Identity): string {
  const { baseUrl, receiver, filename, sizeBytes, contentType, lastModified } = identity;
  return `valetkey:upload:${JSON.stringify([baseUrl, receiver, filename, sizeBytes, contentType, lastModified])}`;
}
