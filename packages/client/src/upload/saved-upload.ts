import type { UploadStore } from "../stores/upload-store.ts";
import type { StartUploadBody } from "../wire.ts";

/** The saved state of an unfinished upload: the idempotency key of the start and, after the start, the id of the upload. */
export type UploadIds = { idempotencyKey: string; uploadId?: string };

/** The store of one upload. It ignores failures, because a failure only prevents a later resume. */
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
        // If the store is full or forbidden, the upload continues without a saved record.
      }
    },
    async remove() {
      try {
        await store.remove(key);
      } catch {
        // The next start learns from the service that this upload is over.
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
 * Identifies a file after a reload by the metadata and the receiver of the file.
 *
 * It does not read the bytes, so it cannot detect a change that keeps the name, the size and the time of the last change.
 */
export function fingerprint(identity: Identity): string {
  const { baseUrl, receiver, filename, sizeBytes, contentType, lastModified } = identity;
  return `valetkey:upload:${JSON.stringify([baseUrl, receiver, filename, sizeBytes, contentType, lastModified])}`;
}
