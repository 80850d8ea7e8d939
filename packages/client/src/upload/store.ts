import type { StartUploadBody } from "../wire.ts";

type Awaitable<T> = T | Promise<T>;

/**
 * Stores unfinished uploads, so that the uploads resume after a reload or a restart.
 *
 * A value in the store is a short text with ids, without a URL and without a token. If a store fails, uploads still work, but cannot
 * resume.
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

/** The members of `Storage` that the client uses. */
export type WebStorage = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
};

/**
 * Stores unfinished uploads in the browser. The store `localStorage` keeps uploads after the tab closes, and `sessionStorage` keeps uploads
 * only after a reload.
 */
export function webStore(storage: WebStorage): UploadStore {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => storage.removeItem(key),
  };
}

/** Returns a store in `localStorage` if the page may use `localStorage`, and a store in memory otherwise. */
export function defaultStore(): UploadStore {
  try {
    // Node.js also has a localStorage, but the localStorage of Node.js writes nothing to the disk.
    const { document, localStorage } = globalThis as { document?: unknown; localStorage?: WebStorage };
    if (document !== undefined && localStorage !== undefined) return webStore(localStorage);
  } catch {
    // If the page may not store anything, the store uses memory.
  }
  return memoryStore();
}

/** The idempotency key of the request that starts an upload and, after the response, the id of the upload. */
type UploadIds = { idempotencyKey: string; uploadId?: string };

/**
 * The record of one upload in the store. A SavedUpload ignores errors of the store, because errors of the store only prevent a later
 * resume.
 */
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
        // After a failed removal, the record of the ended upload remains in the store. The next upload of the file queries the service, and
        // finds that the recorded upload has ended.
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
 * Does not read the bytes of the file. A changed file keeps its fingerprint if its path, name, size and modification time are unchanged.
 */
export function fingerprint(identity: Identity): string {
  const { baseUrl, receiver, path = "", filename, sizeBytes, contentType, lastModified } = identity;
  return `valetkey:upload:${JSON.stringify([baseUrl, receiver, path + filename, sizeBytes, contentType, lastModified])}`;
}
