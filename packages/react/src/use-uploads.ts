"use client";

import {
  type FilesClient,
  type Item,
  type ItemFile,
  type ItemUploadTask,
  pathOf,
  type UploadProgress,
  type UploadState,
  uploadSlots,
  ValetKeyError,
} from "@valetkey/client";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { useValetKey } from "./provider.tsx";

export type UploadsOptions = Item & {
  /** If true, the uploads of the item are canceled when the last component that shows the uploads unmounts. Default: false. */
  cancelOnUnmount?: boolean | undefined;
};

export type UploadsProgress = {
  /** The sent bytes of all files that are neither failed nor canceled. */
  sentBytes: number;
  /** The total size in bytes of all files that are neither failed nor canceled. */
  totalBytes: number;
  /** Whether an upload is queued or running. The value is false while all files are paused, ready or failed. */
  isUploading: boolean;
};

export type Uploads = {
  /** The files in the order in which the user added them. A file remains in the list after its upload, until `cancel` removes the file. */
  files: readonly UploadingFile[];
  /** The progress of all files together. */
  progress: UploadsProgress;
  /**
   * Uploads files. At most three large files or 24 small files upload at the same time. If a reload interrupts an upload, the upload
   * resumes when the user adds the file again.
   */
  add(files: Iterable<File>, options?: AddOptions): void;
  /** Pauses the upload with the given `key`. Without `key`, `pause` pauses all uploads. */
  pause(key?: string): void;
  /** Resumes the paused upload with the given `key`. Without `key`, `resume` resumes all paused uploads. */
  resume(key?: string): void;
  /**
   * Retries the failed upload with the given `key`. Without `key`, `retry` retries all failed uploads. A retry sends only the missing parts
   * of a file.
   */
  retry(key?: string): void;
  /**
   * Removes the file with the given `key` from the list, and aborts its upload. Without `key`, `cancel` removes all files from the list.
   * Files that are already stored remain in the bucket.
   */
  cancel(key?: string): void;
};

const NONE: readonly UploadingFile[] = [];
const none = () => NONE;

/**
 * Uploads files to an item of the application.
 *
 * The uploads belong to the client, not to the component. The uploads continue after an unmount, and all components with the same item show
 * the same list. The hook throws an error without a `ValetKeyProvider`.
 *
 * @example
 * ```tsx
 * function Invoice({ itemId }: { itemId: string }) {
 *   const { files, add, cancel } = useUploads({ resource: "invoice", itemId });
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
export function useUploads({ resource, itemId, cancelOnUnmount = false }: UploadsOptions): Uploads {
  const store = uploadsOf(useValetKey());
  const item = useMemo(() => ({ resource, itemId }), [resource, itemId]);
  const subscribe = useCallback((listener: () => void) => store.subscribe(item, listener), [store, item]);
  const files = useSyncExternalStore(subscribe, () => store.files(item), none);
  useEffect(() => {
    if (!cancelOnUnmount) return;
    return () =>
      // In strict mode, React mounts the component again immediately, so the microtask waits. Another component may also show the uploads
      // of the item.
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

/** A file that the user has added, and the progress of its upload. */
export type UploadingFile = Omit<UploadProgress, "state"> & {
  /** Identifies the upload in the page. Pass this value as the `key` of a React element. */
  key: string;
  /** The filename. */
  name: string;
  /** `queued`: the upload waits until a running upload ends. `@valetkey/client` describes all other states. */
  state: UploadState | "queued";
  /** The id of the file on the server. Undefined until the server has started the upload. */
  fileId: string | undefined;
  /** The reason why the upload failed. Undefined if the state is not `failed`. */
  error: ValetKeyError | undefined;
  /** The stored file. Undefined until the state is `ready`. */
  uploaded: ItemFile | undefined;
};

export type AddOptions = {
  /** Receives each stored and verified file, even if no component shows the file. Default: none. */
  onUploaded?: (file: ItemFile) => void;
};

type Upload = {
  item: Item;
  itemKey: string;
  file: File;
  options: AddOptions;
  task: ItemUploadTask | undefined;
  view: UploadingFile;
};

/**
 * A large file uses several slots, so three large files or 24 small files upload in parallel. One large file may send several parts in
 * parallel.
 */
const RUNNING_SLOTS = 24;
const FINAL: ReadonlySet<string> = new Set(["ready", "failed", "aborted"]);
const RESTING: ReadonlySet<string> = new Set([...FINAL, "queued", "paused"]);

const itemKey = ({ resource, itemId }: Item) => JSON.stringify([resource, itemId]);

class UploadsStore {
  readonly #client: FilesClient;
  readonly #uploads = new Map<string, Upload>();
  /** The files of each item. An array changes only when an upload of the item changes, because React requires a stable value. */
  readonly #views = new Map<string, readonly UploadingFile[]>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #added = 0;

  constructor(client: FilesClient) {
    this.#client = client;
  }

  files = (item: Item): readonly UploadingFile[] => this.#views.get(itemKey(item)) ?? NONE;

  subscribe(item: Item, listener: () => void): () => void {
    const key = itemKey(item);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
    };
  }

  isShown = (item: Item): boolean => this.#listeners.has(itemKey(item));

  add(item: Item, files: Iterable<File>, options: AddOptions = {}): void {
    for (const file of files) {
      this.#added += 1;
      const view = queued(file, `upload-${this.#added}`);
      this.#uploads.set(view.key, { item, itemKey: itemKey(item), file, options, task: undefined, view });
    }
    this.#publish(item);
    this.#startNext();
  }

  pause(item: Item, key?: string): void {
    for (const upload of this.#of(item, key)) {
      if (upload.view.state === "queued") this.#change(upload, { state: "paused" });
      else upload.task?.pause();
    }
    this.#startNext();
  }

  resume(item: Item, key?: string): void {
    for (const upload of this.#of(item, key)) {
      if (upload.task !== undefined) upload.task.resume();
      else if (upload.view.state === "paused") this.#change(upload, { state: "queued" });
    }
    this.#startNext();
  }

  retry(item: Item, key?: string): void {
    for (const upload of this.#of(item, key)) {
      if (upload.view.state === "failed") this.#change(upload, { state: "queued", error: undefined });
    }
    this.#startNext();
  }

  cancel(item: Item, key?: string): void {
    for (const upload of this.#of(item, key)) {
      this.#uploads.delete(upload.view.key);
      void upload.task?.abort();
    }
    this.#publish(item);
    this.#startNext();
  }

  #of(item: Item, key: string | undefined): Upload[] {
    const wanted = itemKey(item);
    return [...this.#uploads.values()].filter(
      (upload) => upload.itemKey === wanted && (key === undefined || upload.view.key === key),
    );
  }

  #startNext(): void {
    const uploads = [...this.#uploads.values()];
    let used = 0;
    for (const { view, file } of uploads) if (!RESTING.has(view.state)) used += uploadSlots(file);
    for (const upload of uploads) {
      if (upload.view.state !== "queued") continue;
      used += uploadSlots(upload.file);
      if (used > RUNNING_SLOTS) return;
      void this.#send(upload);
    }
  }

  /** Sends the file of an upload. The promise never rejects, because the view of the upload contains the error. */
  async #send(upload: Upload): Promise<void> {
    const { item, file, options } = upload;
    this.#change(upload, { state: "starting" });
    try {
      const onProgress = (progress: UploadProgress) => this.#report(upload, progress);
      upload.task = this.#client.upload(item, file, { path: pathOf(file), onProgress });
      const uploaded = await upload.task.done;
      // If the upload completes before `cancel` aborts it, the list shows the file again.
      this.#uploads.set(upload.view.key, upload);
      this.#change(upload, { state: "ready", uploaded });
      // The callback runs in a microtask, because an error in the application's callback must not fail the upload.
      queueMicrotask(() => options.onUploaded?.(uploaded));
    } catch (error) {
      const isAborted = error instanceof ValetKeyError && error.code === "aborted";
      if (isAborted) this.#uploads.delete(upload.view.key);
      this.#change(upload, { state: "failed", error: toError(error) });
    } finally {
      upload.task = undefined;
      this.#startNext();
    }
  }

  /** Shows the progress of an upload in the list. The state changes to a final state only with the result of `done`. */
  #report(upload: Upload, progress: UploadProgress): void {
    const { state } = upload.view;
    const fileId = upload.task?.attachmentId();
    this.#change(upload, { ...progress, fileId, ...(FINAL.has(progress.state) && { state }) });
    // A paused upload lets the next queued upload start.
    if (progress.state === "paused" && state !== "paused") this.#startNext();
  }

  #change(upload: Upload, changes: Partial<UploadingFile>): void {
    upload.view = { ...upload.view, ...changes };
    this.#publish(upload.item);
  }

  #publish(item: Item): void {
    const views = this.#of(item, undefined).map(({ view }) => view);
    if (views.length === 0) this.#views.delete(itemKey(item));
    else this.#views.set(itemKey(item), views);
    for (const listener of [...(this.#listeners.get(itemKey(item)) ?? [])]) listener();
  }
}

function queued({ name, size }: File, key: string): UploadingFile {
  const bytes = { sentBytes: 0, totalBytes: size, bytesPerSecond: null, secondsLeft: null, failedSends: 0 };
  return { key, name, state: "queued", fileId: undefined, error: undefined, uploaded: undefined, ...bytes };
}

function toError(error: unknown): ValetKeyError {
  if (error instanceof ValetKeyError) return error;
  return new ValetKeyError("file_unreadable", "The upload failed.", { cause: error });
}

const stores = new WeakMap<FilesClient, UploadsStore>();

function uploadsOf(client: FilesClient): UploadsStore {
  const store = stores.get(client) ?? new UploadsStore(client);
  stores.set(client, store);
  return store;
}
