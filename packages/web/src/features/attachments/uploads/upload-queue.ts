import { uploadSlots, ValetKeyError } from "@valetkey/client";
import { atom } from "nanostores";
import { openStoredFile, readFile, type StoredUpload } from "./file-store.ts";
import {
  type ChosenFile,
  describeUploads,
  errorCode,
  type FileHandle,
  isSameFile,
  newUpload,
  type Upload,
  type UploadDescription,
  type UploadEvent,
  UploadList,
  type UploadStatus,
} from "./upload.ts";
import { UploadJob, type UploadServices } from "./upload-job.ts";

/**
 * A large file uses several slots, so the queue sends three large files or 24 small files at the same time. One large file may send several
 * parts.
 */
const RUNNING_SLOTS = 24;
/** How long a sign-out waits for the cancellation of the uploads, in milliseconds. */
const CLEAR_MS = 2_000;

type AddOptions = {
  userId: string;
  noteId: string;
  /** The maximum size of a file in bytes. Undefined until the service has sent its limits. */
  maxBytes: number | undefined;
};

type EnqueueOptions = ChosenFile & {
  isPaused?: boolean;
  attachmentId?: string | undefined;
  /** Defined if the browser has already stored the upload. `hasContent` says whether the file itself is stored. */
  stored?: { hasContent: boolean };
};

/** If an upload has one of these states, the user can add its file again. */
const REPLACEABLE: ReadonlySet<UploadStatus> = new Set(["failed", "needs-file", "needs-permission"]);

/** Sends files to notes, a few files at a time. Only one tab sends a file. After a reload, uploads continue. */
export class UploadQueue {
  readonly list = new UploadList();
  readonly $event = atom<UploadEvent | undefined>();
  readonly #services: UploadServices;
  readonly #jobs = new Map<string, UploadJob>();
  /** The file handles of the uploads that need a permission, by the id of the upload. */
  readonly #handles = new Map<string, FileHandle>();

  #last: UploadJob | undefined;

  constructor(services: UploadServices) {
    this.#services = services;
  }

  /** Adds files, but ignores files that are already in the queue. */
  add(files: readonly ChosenFile[], { userId, noteId, maxBytes }: AddOptions): void {
    const added: UploadDescription[] = [];
    const addedAt = this.#services.clock.now();
    for (const { upload, ...content } of describeUploads(files, { userId, noteId, addedAt })) {
      const known = this.list.get(upload.id);
      if (known !== undefined && !REPLACEABLE.has(known.status)) continue;
      if (maxBytes !== undefined && upload.sizeBytes > maxBytes) {
        const error = new ValetKeyError("file_too_large", `The file is larger than ${maxBytes} bytes.`);
        this.list.put(newUpload(upload, { status: "failed", error }));
        this.$event.set({ kind: "failed", upload, error });
      } else {
        added.push(upload);
        this.#enqueue(upload, content);
      }
    }
    if (added.length > 0) this.$event.set({ kind: "added", uploads: added });
    this.#startNext();
  }

  pause(id: string): void {
    this.#jobs.get(id)?.pause();
    this.#startNext();
  }

  resume(id: string): void {
    this.#jobs.get(id)?.requeue();
    this.#startNext();
  }

  /**
   * Removes an upload, and aborts the upload at the service. Resolves after the abort has succeeded or failed. The promise never rejects.
   */
  async cancel(id: string): Promise<void> {
    const upload = this.list.get(id);
    if (upload === undefined) return;
    const job = this.#jobs.get(id);
    const { attachmentId } = upload;
    const { pendingDeletions } = this.#services;
    if (attachmentId !== undefined) pendingDeletions.add(attachmentId);
    if (job?.attempt === undefined) {
      this.#jobs.delete(id);
      this.list.remove(id);
    } else {
      job.abort();
      void this.#remove(job);
      await job.attempt;
    }
    // If the client knows the id of the attachment, the client aborts the upload. Otherwise the queue aborts the upload.
    if (job?.attachmentId === undefined) await this.#abortAtService(upload, job);
    if (attachmentId !== undefined) pendingDeletions.delete(attachmentId);
  }

  /** Continues an upload with the file that the user has chosen again. Returns false if this file is not the file of the upload. */
  chooseAgain(id: string, file: File): boolean {
    const upload = this.list.get(id);
    if (upload === undefined || !isSameFile(upload, file)) return false;
    this.#continue(id, { file, stored: { hasContent: false } });
    return true;
  }

  /**
   * Asks the user for the permission to read the file of an upload again, and then continues the upload. The caller must be a click
   * handler.
   */
  async allow(id: string): Promise<void> {
    const upload = this.list.get(id);
    const handle = this.#handles.get(id);
    if (upload === undefined || handle === undefined) return;
    if ((await handle.requestPermission({ mode: "read" })) !== "granted") return;
    const file = await readFile(handle, upload);
    if (file !== undefined) this.#continue(id, { file, stored: { hasContent: true } });
    else if (this.list.get(id)?.status === "needs-permission") this.list.change(id, { status: "needs-file" });
  }

  /** Continues the uploads of an account after a reload, or after a new sign-in. Removes the uploads of all other accounts. */
  async restore(userId: string): Promise<void> {
    for (const { id, userId: owner, error } of this.list.all()) {
      if (owner !== userId) {
        this.#jobs.get(id)?.abort();
        this.#jobs.delete(id);
        this.list.remove(id);
      } else if (errorCode(error) === "unauthenticated") {
        this.resume(id);
      }
    }
    for (const stored of await this.#services.fileStore.list(userId)) {
      // This page may have finished the upload while it read the list.
      if (!this.list.hasSeen(stored.id)) await this.#restoreStored(stored);
    }
    this.#startNext();
  }

  /** Cancels all uploads and deletes all stored files. Waits at most 2 seconds for the cancellation. */
  async clear(): Promise<void> {
    const { clock, fileStore } = this.#services;
    const cancellations = this.list.all().map(({ id }) => this.cancel(id));
    await Promise.race([Promise.all(cancellations), clock.sleep(CLEAR_MS)]);
    await fileStore.clear();
  }

  async #restoreStored(stored: StoredUpload): Promise<void> {
    const { content, isPaused, attachmentId, ...upload } = stored;
    const opened = await openStoredFile(stored);
    if (opened instanceof File) {
      this.#enqueue(upload, { file: opened, isPaused, attachmentId, stored: { hasContent: true } });
      return;
    }
    if (content !== undefined && !(content instanceof File)) this.#handles.set(upload.id, content);
    this.#waitForUser(newUpload(upload, { status: opened, attachmentId }));
  }

  /** Shows that an upload needs a file or a permission from the user. If another tab sends the upload, the page shows this instead. */
  #waitForUser(upload: Upload): void {
    const { id, noteId, status } = upload;
    const { fileStore, notes, tabLock } = this.#services;
    this.list.put(upload);
    void tabLock.run(id, {
      signal: new AbortController().signal,
      onWait: () => {
        if (!this.#jobs.has(id)) this.list.change(id, { status: "other-tab" });
      },
      work: async () => {
        const isStored = await fileStore.has(id);
        if (this.#jobs.has(id)) return;
        if (isStored) return this.list.change(id, { status });
        await notes.refresh(noteId);
        this.list.remove(id);
      },
    });
  }

  #continue(id: string, content: EnqueueOptions): void {
    const upload = this.list.get(id);
    if (upload?.status !== "needs-file" && upload?.status !== "needs-permission") return;
    void this.#services.fileStore.update(id, { isPaused: false });
    this.#enqueue(upload, { ...content, attachmentId: upload.attachmentId });
    this.#startNext();
  }

  #enqueue(upload: UploadDescription, { file, handle, isPaused = false, attachmentId, stored }: EnqueueOptions): void {
    const { id } = upload;
    const job = new UploadJob({
      upload,
      file,
      isPaused,
      isStored: stored !== undefined,
      services: this.#services,
      queue: {
        list: this.list,
        onIdle: () => this.#startNext(),
        onEvent: (event) => this.$event.set(event),
        remove: (removed) => this.#remove(removed),
      },
    });
    this.#jobs.set(id, job);
    const status = isPaused ? "paused" : "queued";
    this.list.put(newUpload(upload, { status, attachmentId, continuesAfterReload: stored?.hasContent === true }));
    if (stored === undefined) job.store(handle);
  }

  #startNext(): void {
    const jobs = [...this.#jobs.values()];
    const slotsOf = ({ upload }: UploadJob) => uploadSlots({ size: upload.sizeBytes });
    let used = 0;
    for (const job of jobs) if (job.phase === "running") used += slotsOf(job);
    for (const job of jobs) {
      if (job.phase !== "queued") continue;
      used += slotsOf(job);
      if (used > RUNNING_SLOTS) return;
      const before = this.#last;
      this.#last = job;
      job.start(before === job ? undefined : before?.opened);
    }
  }

  /** Removes a job. After the promise resolves, no tab finds the stored file. */
  async #remove(job: UploadJob): Promise<void> {
    const { id } = job.upload;
    // If the user has added the same file again, a newer job has the same id.
    if (this.#jobs.get(id) !== job) return;
    this.#jobs.delete(id);
    this.list.remove(id);
    this.#startNext();
    await this.#deleteStored(id, job);
  }

  async #deleteStored(id: string, job: UploadJob | undefined): Promise<void> {
    await job?.storing;
    if (!this.#jobs.has(id)) await this.#services.fileStore.delete(id);
  }

  /** Aborts an upload on which the client does not work, unless another tab works on the upload. */
  async #abortAtService({ id, noteId, attachmentId }: Upload, job: UploadJob | undefined): Promise<void> {
    const { notes, tabLock } = this.#services;
    await tabLock.runIfFree(id, async () => {
      const deleted = this.#deleteStored(id, job);
      if (attachmentId !== undefined) {
        await this.#deleteUnfinished(attachmentId);
        await notes.refresh(noteId);
      }
      await deleted;
    });
  }

  async #deleteUnfinished(attachmentId: string): Promise<void> {
    const { attachments } = this.#services.client;
    try {
      const { state } = await attachments.get(attachmentId);
      // The upload may have succeeded at the service although the client reported a failure. A rejected file stays in the note with its
      // reason.
      if (state !== "ready" && state !== "rejected") await attachments.remove(attachmentId);
    } catch {
      // The attachment is already deleted, or the service deletes the attachment within a day.
    }
  }
}
