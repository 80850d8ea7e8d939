import type { UploadStore } from "../stores/upload-store.ts";
import type { StartUploadBody } from "../wire.ts";

/** The saved ids of an unfinished upload: the idempotency key of the request that starts it and, after that request, the id of the upload. */
export type UploadIds = { idempotencyKey: string; uploadId?: string };

/** The record of one upload in the store. It ignores errors of the store, because they only prevent a later resume. */
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
 * The function does not read the bytes. So it cannot detect a change that keeps the name, the size and the time of the last change.
 */
export function fingerprint(identity: Identity): string {
  const { baseUrl, receiver, filename, sizeBytes, contentType, lastModified } = identity;
  return `valetkey:upload:${JSON.stringify([baseUrl, receiver, filename, sizeBytes, contentType, lastModified])}`;
}
