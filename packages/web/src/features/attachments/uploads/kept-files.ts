import { clear, del, entries, get, promisifyRequest, set } from "idb-keyval";
import { browserStore } from "../browser-store.ts";
import type { FileHandle } from "./file-handle.ts";
import type { UploadSubject } from "./upload.ts";

/** Browsers copy what they keep; larger files would fill the disk twice. Bytes. */
const COPIED_UP_TO_BYTES = 512 * 2 ** 20;

/** An upload that goes on after a reload. Without content the file has to be chosen again. */
export type KeptUpload = {
  subject: UploadSubject;
  content: File | FileHandle | undefined;
  isPaused: boolean;
  /** As the service knows it, once it does. */
  attachmentId?: string;
};

/** file: the upload goes on by itself after a reload · name: its file has to be chosen again then. */
export type Kept = "file" | "name";

const withStore = browserStore("uploads");

type Keeping = { subject: UploadSubject; file: File; handle: FileHandle | undefined };

/**
 * Keeps a file in this browser: its bytes up to 512 MiB, above that only where it is, if the browser can tell. Answers what is kept,
 * undefined: nothing, which costs the resuming, not the upload.
 */
export function keepFile({ subject, file, handle }: Keeping): Promise<Kept | undefined> {
  const content = file.size <= COPIED_UP_TO_BYTES ? file : handle;
  return withStore<Kept | undefined>(async (store) => {
    await set(subject.id, { subject, content, isPaused: false } satisfies KeptUpload, store);
    return content === undefined ? "name" : "file";
  }, undefined);
}

/** Notes what has changed about an upload whose file is kept. */
export function keepChange(id: string, change: Partial<Pick<KeptUpload, "isPaused" | "attachmentId">>): Promise<void> {
  return withStore(
    (store) =>
      // In one transaction: it may be forgotten at the same moment.
      store("readwrite", (files) => {
        const reading: IDBRequest<KeptUpload | undefined> = files.get(id);
        reading.onsuccess = () =>
          reading.result && files.put({ ...reading.result, ...change } satisfies KeptUpload, id);
        return promisifyRequest(files.transaction);
      }),
    undefined,
  );
}

/** Whether it is still to be done, as far as anyone knows. */
export function isKept(id: string): Promise<boolean> {
  return withStore(async (store) => (await get(id, store)) !== undefined, true);
}

export function forgetFile(id: string): Promise<void> {
  return withStore((store) => del(id, store), undefined);
}

export function forgetAllFiles(): Promise<void> {
  return withStore((store) => clear(store), undefined);
}

/** What was kept for this person, the oldest first; what was kept for another one is forgotten. */
export function keptFor(userId: string): Promise<KeptUpload[]> {
  return withStore(async (store) => {
    const all = (await entries<string, KeptUpload>(store)).map(([, kept]) => kept);
    const others = all.filter(({ subject }) => subject.userId !== userId);
    await Promise.all(others.map(({ subject }) => del(subject.id, store)));
    return all.filter((kept) => !others.includes(kept)).sort((a, b) => a.subject.addedAt - b.subject.addedAt);
  }, []);
}
