import type { Attachment, Client, Preview, UploadProgress, UploadTask } from "@valetkey/client";
import type { FileStore } from "./file-store.ts";
import { errorCode, type FileHandle, type UploadDescription, type UploadEvent, type UploadList } from "./upload.ts";

/** The maximum size in bytes of a file that the browser stores. The stored copy needs as much disk space as the file. */
const MAX_STORED_BYTES = 512 * 2 ** 20;

export type UploadServices = {
  client: {
    upload: (...given: Parameters<Client["upload"]>) => UploadTask | Promise<UploadTask>;
    attachments: Pick<Client["attachments"], "get" | "remove">;
  };
  fileStore: FileStore;
  tabLock: TabLock;
  clock: { now(): number; sleep(milliseconds: number): Promise<void> };
  /** Updates notes in the cache of the page. */
  notes: {
    addAttachment(attachment: Attachment, file: File): Promise<void>;
    /** Shows a preview that the service has stored, without a request. */
    addPreview(noteId: string, preview: Preview, attachmentId: string): void;
    refresh(noteId: string): Promise<void>;
  };
  /** Hides attachments that the queue is about to delete. */
  pendingDeletions: { add(attachmentId: string): void; delete(attachmentId: string): void };
};

type Queue = {
  list: UploadList;
  /** Runs when another job may start. */
  onIdle(): void;
  onEvent(event: UploadEvent): void;
  remove(job: UploadJob): Promise<void>;
};

type JobOptions = {
  upload: UploadDescription;
  file: File;
  isPaused: boolean;
  isStored: boolean;
  services: UploadServices;
  queue: Queue;
};

/** Sends one file. The upload queue decides when the job starts. */
export class UploadJob {
  readonly upload: UploadDescription;
  phase: "queued" | "running" | "other-tab" | "paused" | "failed";
  /** Resolves when the current attempt has finished. Undefined before the first attempt, and after a failed attempt. */
  attempt: Promise<void> | undefined;
  /** Resolves when the browser has stored the file, or has failed to store the file. */
  storing: Promise<unknown> = Promise.resolve();
  /** Whether the browser has stored the upload. If the stored upload is missing later, another tab has finished or cancelled the upload. */
  #isStored: boolean;
  #task: UploadTask | undefined;
  readonly #opened = Promise.withResolvers<void>();
  readonly #file: File;
  readonly #aborter = new AbortController();
  readonly #services: UploadServices;
  readonly #queue: Queue;

  constructor({ upload, file, isPaused, isStored, services, queue }: JobOptions) {
    this.upload = upload;
    this.phase = isPaused ? "paused" : "queued";
    this.#file = file;
    this.#isStored = isStored;
    this.#services = services;
    this.#queue = queue;
  }

  /** The id of the attachment. Undefined until the client knows the id, and again after a failure. */
  get attachmentId(): string | undefined {
    return this.#task?.attachmentId();
  }

  /** Resolves when the start of this upload is queued, or when later files need not wait for this upload. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /**
   * Starts an attempt, or continues a paused attempt. `after` is the promise `opened` of the previous file. The attempt waits for `after`,
   * so that the files of the note keep their order.
   */
  start(after?: Promise<void>): void {
    this.phase = "running";
    this.#queue.list.change(this.upload.id, { status: "starting" });
    if (this.attempt === undefined) this.attempt = this.#run(after).finally(this.#opened.resolve);
    else this.#task?.resume();
  }

  pause(): void {
    this.phase = "paused";
    this.#opened.resolve();
    this.#task?.pause();
    this.#queue.list.change(this.upload.id, { status: "paused", bytesPerSecond: null, secondsLeft: null });
    this.#storeChange({ isPaused: true });
  }

  requeue(): void {
    this.phase = "queued";
    this.#queue.list.change(this.upload.id, { status: "queued", error: undefined });
    this.#storeChange({ isPaused: false });
  }

  abort(): void {
    this.#aborter.abort();
  }

  /** Stores the file, so that the upload continues after a reload. */
  store(handle: Promise<FileHandle | undefined> | undefined): void {
    const store = async () => {
      const content = this.#file.size <= MAX_STORED_BYTES ? this.#file : await handle;
      this.#isStored = await this.#services.fileStore.add({ ...this.upload, content, isPaused: false });
      const continuesAfterReload = this.#isStored && content !== undefined;
      this.#queue.list.change(this.upload.id, { continuesAfterReload });
    };
    this.storing = store();
  }

  #storeChange(changes: { isPaused: boolean } | { attachmentId: string }): void {
    void this.storing.then(() => this.#services.fileStore.update(this.upload.id, changes));
  }

  async #run(after: Promise<void> | undefined): Promise<void> {
    const { id, noteId } = this.upload;
    const { fileStore, notes, tabLock } = this.#services;
    await tabLock.run(id, {
      signal: this.#aborter.signal,
      onWait: () => {
        this.phase = "other-tab";
        this.#opened.resolve();
        this.#queue.list.change(id, { status: "other-tab" });
        this.#queue.onIdle();
      },
      work: async () => {
        // Another tab may have finished the upload while this tab waited for the lock.
        if (this.#isStored && !(await fileStore.has(id))) {
          await notes.refresh(noteId);
          return this.#queue.remove(this);
        }
        if (this.phase === "other-tab") this.phase = "running";
        await this.#send(after);
      },
    });
    this.#queue.onIdle();
  }

  async #send(after: Promise<void> | undefined): Promise<void> {
    const { client, notes } = this.#services;
    const { upload } = this;
    try {
      this.#task = await client.upload(upload.noteId, this.#file, {
        path: upload.path,
        signal: this.#aborter.signal,
        onProgress: (progress) => this.#showProgress(progress),
        onPreview: (preview, attachmentId) => notes.addPreview(upload.noteId, preview, attachmentId),
        ...(after !== undefined && { startsAfter: after }),
      });
      void this.#task.queued.then(this.#opened.resolve);
      if (this.phase === "paused") this.#task.pause();
      const attachment = await this.#task.done;
      await notes.addAttachment(attachment, this.#file);
      this.#queue.list.countAttached(upload);
      const removed = this.#queue.remove(this);
      this.#queue.onEvent({ kind: "attached", upload });
      void notes.refresh(upload.noteId);
      await removed;
    } catch (error) {
      await this.#fail(error);
    }
  }

  #showProgress({ state, totalBytes: _, ...progress }: UploadProgress): void {
    if (state === "ready" || state === "failed" || state === "aborted") return;
    const { list } = this.#queue;
    const { id } = this.upload;
    const known = list.get(id)?.attachmentId;
    const attachmentId = this.attachmentId ?? known;
    if (attachmentId !== undefined && attachmentId !== known) this.#storeChange({ attachmentId });
    // A paused upload may still report the last bytes that it sent.
    list.change(id, { ...progress, status: this.phase === "paused" ? "paused" : state, attachmentId });
  }

  async #fail(error: unknown): Promise<void> {
    const { upload } = this;
    const { notes } = this.#services;
    if (this.#aborter.signal.aborted) return notes.refresh(upload.noteId);
    this.#queue.onEvent({ kind: "failed", upload, error });
    if (errorCode(error) === "upload_rejected") {
      // The note shows the rejected attachment with the reason, so the page removes the upload.
      await notes.refresh(upload.noteId);
      return this.#queue.remove(this);
    }
    this.phase = "failed";
    this.attempt = undefined;
    this.#task = undefined;
    this.#queue.list.change(upload.id, { status: "failed", error, bytesPerSecond: null, secondsLeft: null });
  }
}

type Work = () => Promise<void>;

type RunOptions = {
  /** Aborts the wait for another tab. */
  signal: AbortSignal;
  /** Runs if another tab works on the upload, before the wait for this tab. */
  onWait: () => void;
  work: Work;
};

/** Lets only one tab of the browser work on an upload at a time. */
type TabLock = ReturnType<typeof createTabLock>;

/** Creates the lock with Web Locks. A page without HTTPS has no Web Locks, so each tab works on the upload without a wait. */
export function createTabLock(locks: LockManager | undefined) {
  const nameOf = (id: string) => `valetkey.upload:${id}`;

  /** Runs the work only if no other tab works on the upload. Returns whether the work ran. */
  function runIfFree(id: string, work: Work): Promise<boolean> {
    if (locks === undefined) return work().then(() => true);
    return locks.request(nameOf(id), { ifAvailable: true }, async (lock) => {
      if (lock !== null) await work();
      return lock !== null;
    });
  }

  /** Runs the work. If another tab works on the upload, waits until this tab has finished or is closed. */
  async function run(id: string, { signal, onWait, work }: RunOptions): Promise<void> {
    if ((await runIfFree(id, work)) || locks === undefined) return;
    onWait();
    try {
      await locks.request(nameOf(id), { signal }, work);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  return { run, runIfFree };
}
