import { clear, del, entries, get, promisifyRequest, set } from "idb-keyval";
import { browserStore } from "../../../service/local-data.ts";
import { type FileHandle, isSameFile, type UploadDescription } from "./upload.ts";

/** An upload that can continue after a reload. */
export type StoredUpload = UploadDescription & {
  /** Undefined if the user must choose the file again. */
  content: File | FileHandle | undefined;
  isPaused: boolean;
  /** Undefined until the service has created the attachment. */
  attachmentId?: string | undefined;
};

/** Stores unfinished uploads and their files for all tabs of the browser. The promises never reject. */
export type FileStore = {
  /** Resolves with false if the browser cannot store the upload. */
  add(upload: StoredUpload): Promise<boolean>;
  update(id: string, changes: Partial<Pick<StoredUpload, "isPaused" | "attachmentId">>): Promise<void>;
  /** Returns whether the upload is stored. Resolves with true if the browser cannot read its storage. */
  has(id: string): Promise<boolean>;
  delete(id: string): Promise<void>;
  clear(): Promise<void>;
  /** Lists the uploads of an account, oldest first. Deletes the uploads of all other accounts. */
  list(userId: string): Promise<StoredUpload[]>;
};

export function createFileStore(): FileStore {
  const withStore = browserStore("uploads");
  return {
    add: (upload) =>
      withStore(async (store) => {
        await set(upload.id, upload, store);
        return true;
      }, false),
    update: (id, changes) =>
      withStore(
        (store) =>
          // Another tab may delete the upload at the same moment, so one transaction does the read and the write.
          store("readwrite", (uploads) => {
            const reading: IDBRequest<StoredUpload | undefined> = uploads.get(id);
            reading.onsuccess = () => reading.result && uploads.put({ ...reading.result, ...changes }, id);
            return promisifyRequest(uploads.transaction);
          }),
        undefined,
      ),
    has: (id) => withStore(async (store) => (await get(id, store)) !== undefined, true),
    delete: (id) => withStore((store) => del(id, store), undefined),
    clear: () => withStore((store) => clear(store), undefined),
    list: (userId) =>
      withStore(async (store) => {
        const all = await entries<string, StoredUpload>(store);
        const others = all.filter(([, upload]) => upload.userId !== userId);
        await Promise.all(others.map(([id]) => del(id, store)));
        const own = all.map(([, upload]) => upload).filter((upload) => upload.userId === userId);
        return own.sort((a, b) => a.addedAt - b.addedAt);
      }, []),
  };
}

/** Opens the file of a stored upload, or returns what the user must provide: the file or a permission. */
export async function openStoredFile(upload: StoredUpload): Promise<File | "needs-file" | "needs-permission"> {
  const { content } = upload;
  if (content === undefined || content instanceof File) return content ?? "needs-file";
  if ((await content.queryPermission({ mode: "read" })) !== "granted") return "needs-permission";
  return (await readFile(content, upload)) ?? "needs-file";
}

/** Reads the file of a handle. Returns undefined if the file was deleted or changed on the disk. */
export async function readFile(handle: FileHandle, upload: UploadDescription): Promise<File | undefined> {
  try {
    const file = await handle.getFile();
    return isSameFile(upload, file) ? file : undefined;
  } catch {
    return undefined;
  }
}
