import type { StartUploadBody } from "../wire.ts";

type Awaitable<T> = T | Promise<T>;

/**
 * A store of unfinished uploads, which lets uploads resume after a reload or a restart.
 *
 * Each value is a short text with ids, without a URL and without a token. If the store fails, uploads still work, but cannot resume.
 */
export type UploadStore = {
  get(key: string): Awaitable<string | null | undefined>;
  set(key: string, value: string): Awaitable<void>;
  remove(key: string): Awaitable<void>;
};

/** Returns a store that lasts until the process or the page ends. */
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
 * Returns a store in the browser. With `localStorage`, uploads can resume after the tab is closed. With `sessionStorage`, only after a
 * reload.
 */
export function webStore(storage: WebStorage): UploadStore {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => storage.removeItem(key),
  };
}

/** Returns a store in `localStorage` if the page may use it, or else in memory. */
export function defaultStore(): UploadStore {
  try {
    // Node.js also has a `localStorage`, but without a file on the disk.
    const { document, localStorage } = globalThis as { document?: unknown; localStorage?: WebStorage };
    if (document !== undefined && localStorage !== undefined) return webStore(localStorage);
  } catch {
    // A page without the right to store anything throws.
  }
  return memoryStore();
}

/** The idempotency key of the request that starts an upload, and the id of the upload after the response. */
type UploadIds = { idempotencyKey: string; uploadId?: string };

/** The entry of one upload in the store. Ignores errors of the store, because such an error only prevents a later resume. */
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
        // The store may be full or forbidden. The upload continues without an entry.
      }
    },
    async remove() {
      try {
        await store.remove(key);
      } catch {
        // After a failed removal, the entry of the ended upload stays in the store. The next upload of the file then asks the service,
        // which reports the end of the old upload.
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
 * Returns the key of an upload in the store, made of the file's metadata and the receiver of the upload.
 *
 * Does not read the bytes of the file: a changed file with the same path, name, size and modification time has the same fingerprint.
 */
export function fingerprint(identity: Identity): string {
  const { baseUrl, receiver, path = "", filename, sizeBytes, contentType, lastModified } = identity;
  return `valetkey:upload:${JSON.stringify([baseUrl, receiver, path + filename, sizeBytes, contentType, lastModified])}`;
}
