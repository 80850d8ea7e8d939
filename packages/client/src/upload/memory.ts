import type { UploadStore } from "../stores/store.ts";

/** What is remembered of an unfinished upload: the key it was or is being started with and, once it is known, its id. */
export type Remembered = { idempotencyKey: string; uploadId?: string };

/** The store, for one upload; its failures are nobody's concern but that of a later resuming. */
export type Memory = {
  recall(): Promise<Remembered | undefined>;
  remember(what: Remembered): Promise<void>;
  forget(): Promise<void>;
};

export function createMemory(store: UploadStore, key: string): Memory {
  return {
    async recall() {
      try {
        return parse(await store.get(key));
      } catch {
        return undefined;
      }
    },
    async remember(what) {
      try {
        await store.set(key, JSON.stringify(what));
      } catch {
        // Full, or forbidden.
      }
    },
    async forget() {
      try {
        await store.remove(key);
      } catch {
        // It is found out at the next start, by asking the service.
      }
    },
  };
}

function parse(text: string | null | undefined): Remembered | undefined {
  const value = text ? JSON.parse(text) : undefined;
  return typeof value?.idempotencyKey === "string" ? value : undefined;
}

type Identity = {
  baseUrl: string;
  noteId: string;
  filename: string;
  sizeBytes: number;
  contentType: string;
  lastModified: number;
};

/**
 * What makes a file the same file after a reload: its name, size and time of last change, where it goes, and what it is declared as.
 * Its bytes are not read for it; a file that was changed without a trace in these is not found out by resuming.
 */
export function fingerprint(identity: Identity): string {
  const { baseUrl, noteId, filename, sizeBytes, contentType, lastModified } = identity;
  return `valetkey:upload:${JSON.stringify([baseUrl, noteId, filename, sizeBytes, contentType, lastModified])}`;
}
