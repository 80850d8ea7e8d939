type Awaitable<T> = T | Promise<T>;

/**
 * Stores unfinished uploads, so that they resume after a reload or a restart.
 *
 * A value is a short text with ids, and contains no URL and no token. If a store fails, uploads still work, but they cannot resume.
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
