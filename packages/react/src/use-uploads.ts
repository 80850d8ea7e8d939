"use client";

import type { Item } from "@valetkey/client";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { useValetKey } from "./provider.tsx";
import { type AddOptions, type UploadingFile, uploadsOf } from "./uploads.ts";

export type UploadsOptions = Item & {
  /** Cancels the uploads of the item when the last component that shows them unmounts. Default: false, so the uploads continue. */
  cancelOnUnmount?: boolean | undefined;
};

export type UploadsProgress = {
  /** The sent bytes of all files that are neither `failed` nor canceled. */
  sentBytes: number;
  totalBytes: number;
  /** Whether an upload is queued or running. False while all files are paused, ready or failed. */
  isUploading: boolean;
};

export type Uploads = {
  /** The files in the order in which they were added. A file stays in this list after its upload, until `cancel` removes it. */
  files: readonly UploadingFile[];
  progress: UploadsProgress;
  /**
   * Uploads files, three at a time. If a reload interrupted the upload of a file, the upload resumes when the user adds the file again.
   */
  add(files: Iterable<File>, options?: AddOptions): void;
  /** Pauses the upload with this `key`. Without `key`, pauses all uploads. */
  pause(key?: string): void;
  /** Resumes the paused upload with this `key`. Without `key`, resumes all paused uploads. */
  resume(key?: string): void;
  /** Retries the failed upload with this `key`, or all failed uploads without it. A retry sends only the parts that the bucket lacks. */
  retry(key?: string): void;
  /** Removes the file with this `key` from the list and aborts its upload. Without `key`, removes all. Stored files stay in the bucket. */
  cancel(key?: string): void;
};

const NONE: readonly UploadingFile[] = [];
const none = () => NONE;

/**
 * Uploads files to an item of the application.
 *
 * The uploads belong to the client, not to the component. They continue after an unmount, and every component with this item shows the
 * same list. Throws without a `ValetKeyProvider`.
 *
 * @example
 * ```tsx
 * function Invoice({ id }: { id: string }) {
 *   const { files, add, cancel } = useUploads({ resource: "invoice", id });
 *   return (
 *     <>
 *       <Dropzone onFiles={add}>Drop files here</Dropzone>
 *       {files.map(({ key, name, state }) => (
 *         <button key={key} type="button" onClick={() => cancel(key)}>{`${name}: ${state}`}</button>
 *       ))}
 *     </>
 *   );
 * }
 * ```
 */
export function useUploads({ resource, id, cancelOnUnmount = false }: UploadsOptions): Uploads {
  const store = uploadsOf(useValetKey());
  const item = useMemo(() => ({ resource, id }), [resource, id]);
  const subscribe = useCallback((listener: () => void) => store.subscribe(item, listener), [store, item]);
  const files = useSyncExternalStore(subscribe, () => store.files(item), none);
  useEffect(() => {
    if (!cancelOnUnmount) return;
    return () =>
      // The microtask waits, because React mounts the component again immediately in strict mode. Another component may also show the item.
      queueMicrotask(() => {
        if (!store.isShown(item)) store.cancel(item);
      });
  }, [store, item, cancelOnUnmount]);
  const actions = useMemo(
    () => ({
      add: (added: Iterable<File>, options?: AddOptions) => store.add(item, added, options),
      pause: (key?: string) => store.pause(item, key),
      resume: (key?: string) => store.resume(item, key),
      retry: (key?: string) => store.retry(item, key),
      cancel: (key?: string) => store.cancel(item, key),
    }),
    [store, item],
  );
  return { files, progress: useMemo(() => sum(files), [files]), ...actions };
}

function sum(files: readonly UploadingFile[]): UploadsProgress {
  const counted = files.filter(({ state }) => state !== "failed");
  return {
    sentBytes: counted.reduce((bytes, { sentBytes }) => bytes + sentBytes, 0),
    totalBytes: counted.reduce((bytes, { totalBytes }) => bytes + totalBytes, 0),
    isUploading: counted.some(({ state }) => state !== "ready" && state !== "paused"),
  };
}
