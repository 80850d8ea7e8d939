import { clear, createStore, del, entries, get, promisifyRequest, set, type UseStore } from "idb-keyval";
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

let store: UseStore | undefined;

function open(): UseStore {
  store ??= createStore("valetkey.uploads", "uploads");
  return store;
}

type Keeping = { subject: UploadSubject; file: File; handle: FileHandle | undefined };

/**
 * Keeps a file in this browser: its bytes up to 512 MiB, above that only where it is, if the browser can tell. Answers whether the upload
 * would go on by itself; a browser that keeps nothing costs the resuming, not the upload.
 */
export async function keepFile({ subject, file, handle }: Keeping): Promise<boolean> {
  const content = file.size <= COPIED_UP_TO_BYTES ? file : handle;
  try {
    await set(subject.id, { subject, content, isPaused: false } satisfies KeptUpload, open());
    return content !== undefined;
  } catch {
    return false;
  }
}

/** Notes what has changed about an upload whose file is kept. */
export async function keepChange(
  id: string,
  change: Pick<Partial<KeptUpload>, "isPaused" | "attachmentId">,
): Promise<void> {
  try {
    // In one transaction: it may be forgotten at the same moment.
    await open()("readwrite", (files) => {
      const reading: IDBRequest<KeptUpload | undefined> = files.get(id);
      reading.onsuccess = () => reading.result && files.put({ ...reading.result, ...change } satisfies KeptUpload, id);
      return promisifyRequest(files.transaction);
    });
  } catch {
    // After a reload it is as it was before.
  }
}

/** Whether it is still to be done, as far as anyone knows. */
export async function isKept(id: string): Promise<boolean> {
  try {
    return (await get(id, open())) !== undefined;
  } catch {
    return true;
  }
}

export async function forgetFile(id: string): Promise<void> {
  await del(id, open()).catch(() => undefined);
}

export async function forgetAllFiles(): Promise<void> {
  await clear(open()).catch(() => undefined);
}

/** What was kept for this person, the oldest first; what was kept for another one is forgotten. */
export async function keptFor(userId: string): Promise<KeptUpload[]> {
  try {
    const all = (await entries<string, KeptUpload>(open())).map(([, kept]) => kept);
    const others = all.filter(({ subject }) => subject.userId !== userId);
    await Promise.all(others.map(({ subject }) => forgetFile(subject.id)));
    return all.filter((kept) => !others.includes(kept)).sort((a, b) => a.subject.addedAt - b.subject.addedAt);
  } catch {
    return [];
  }
}
