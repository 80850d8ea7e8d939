type Awaitable<T> = T | Promise<T>;

/**
 * Where unfinished uploads are remembered, so that they go on after a reload or a restart. A value is a short text: ids, no URL and no token.
 * A store that fails costs the resuming, not the upload.
 */
export type UploadStore = {
  get(key: string): Awaitable<string | null | undefined>;
  set(key: string, value: string): Awaitable<void>;
  remove(key: string): Awaitable<void>;
};

/** Remembers until the process or the page ends. */
export function memoryStore(): UploadStore {
  const entries = new Map<string, string>();
  return {
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    remove: (key) => void entries.delete(key),
  };
}
