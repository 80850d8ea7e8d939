import {
  type Attachment,
  type UploadOptions,
  type UploadProgress,
  type UploadTask,
  ValetKeyError,
} from "@valetkey/client";
import type { FileStore, StoredUpload } from "../file-store.ts";
import { createTabLock } from "../upload-job.ts";
import { UploadQueue } from "../upload-queue.ts";

/** One transfer of the fake client. The test decides whether the transfer succeeds. */
export class FakeTransfer implements UploadTask {
  readonly file: File;
  readonly path: string | undefined;
  readonly done: Promise<Attachment>;
  readonly queued: Promise<void>;
  readonly startsAfter: Promise<unknown> | undefined;
  isPaused = false;
  readonly #attachment: Attachment;
  readonly #service: Map<string, Attachment["state"]>;
  readonly #queued = Promise.withResolvers<void>();
  readonly #outcome = Promise.withResolvers<Attachment>();
  readonly #onProgress: UploadOptions["onProgress"];
  #isCreated = false;

  constructor(
    attachment: Attachment,
    { file, service, options }: { file: File; service: Map<string, Attachment["state"]>; options: UploadOptions },
  ) {
    this.file = file;
    this.path = options.path;
    this.done = this.#outcome.promise;
    this.queued = this.#queued.promise;
    this.#attachment = attachment;
    this.#service = service;
    this.#onProgress = options.onProgress;
    this.startsAfter = options.startsAfter;
    options.signal?.addEventListener("abort", () => {
      service.delete(attachment.id);
      this.fail("aborted");
    });
  }

  attachmentId(): string | undefined {
    return this.#isCreated ? this.#attachment.id : undefined;
  }

  progress(): UploadProgress {
    return {
      state: "sending",
      sentBytes: 0,
      totalBytes: this.file.size,
      bytesPerSecond: null,
      secondsLeft: null,
      failedSends: 0,
    };
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  async abort(): Promise<void> {
    this.fail("aborted");
  }

  /** Makes the service create the attachment, and the client start to send the file. */
  begin(): void {
    this.#isCreated = true;
    this.#queued.resolve();
    this.#service.set(this.#attachment.id, "pending");
    this.#onProgress?.(this.progress());
  }

  finish(): void {
    this.#service.set(this.#attachment.id, "ready");
    this.#outcome.resolve({ ...this.#attachment, state: "ready" });
  }

  fail(code: ValetKeyError["code"]): void {
    this.#outcome.reject(new ValetKeyError(code, "The transfer failed."));
  }
}

export type FakeTab = {
  queue: UploadQueue;
  transfers: FakeTransfer[];
  /** The ids of the attachments that the tab has added to its notes. */
  attached: string[];
  /** The ids of the notes that the tab has reloaded. */
  refreshed: string[];
  hidden: Set<string>;
  close(): void;
};

/** Makes a fake service, and a fake browser whose tabs share one file store. */
export function createFakeBrowser() {
  const stored = new Map<string, StoredUpload>();
  /** The state of each attachment, by the id of the attachment. */
  const service = new Map<string, Attachment["state"]>();
  const locks = createFakeLocks();
  const clock = { now: 0, timers: [] as { milliseconds: number; resolve: () => void }[] };
  const fileStore: FileStore = {
    add: async (upload) => Boolean(stored.set(upload.id, upload)),
    async update(id, changes) {
      const upload = stored.get(id);
      if (upload !== undefined) stored.set(id, { ...upload, ...changes });
    },
    has: async (id) => stored.has(id),
    delete: async (id) => void stored.delete(id),
    clear: async () => stored.clear(),
    async list(userId) {
      for (const [id, upload] of stored) if (upload.userId !== userId) stored.delete(id);
      // IndexedDB returns the entries in the order of their keys, and the file store sorts the entries by time.
      const byKey = [...stored].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, upload]) => upload);
      return byKey.sort((a, b) => a.addedAt - b.addedAt);
    },
  };
  let tabs = 0;
  let attachments = 0;

  function openTab(changes: { fileStore?: Partial<FileStore>; hasLocks?: boolean } = {}): FakeTab {
    const tab = `tab-${++tabs}`;
    const transfers: FakeTransfer[] = [];
    const attached: string[] = [];
    const refreshed: string[] = [];
    const hidden = new Set<string>();
    const queue = new UploadQueue({
      client: {
        upload(noteId, file, options = {}) {
          attachments += 1;
          const attachment = { id: `attachment-${attachments}`, noteId, state: "pending" } as Attachment;
          const transfer = new FakeTransfer(attachment, { file: file as File, service, options });
          transfers.push(transfer);
          return transfer;
        },
        attachments: {
          async get(id) {
            const state = service.get(id);
            if (state === undefined) throw new ValetKeyError("attachment_not_found", "There is no such attachment.");
            return { id, state } as Attachment;
          },
          remove: async (id) => void service.delete(id),
        },
      },
      fileStore: { ...fileStore, ...changes.fileStore },
      tabLock: createTabLock(changes.hasLocks === false ? undefined : locks.of(tab)),
      clock: {
        now: () => clock.now,
        sleep: (milliseconds) => new Promise((resolve) => clock.timers.push({ milliseconds, resolve })),
      },
      notes: {
        addAttachment: async ({ id }) => void attached.push(id),
        addPreview: () => undefined,
        refresh: async (noteId) => void refreshed.push(noteId),
      },
      pendingDeletions: hidden,
    });
    return { queue, transfers, attached, refreshed, hidden, close: () => locks.release(tab) };
  }

  return { openTab, stored, service, clock };
}

type LockRequest = { tab: string; grant: () => void };

/** Web Locks in memory, which all tabs share. */
function createFakeLocks() {
  const queues = new Map<string, LockRequest[]>();

  function leave(name: string, request: LockRequest): void {
    const queue = queues.get(name) ?? [];
    const wasHolder = queue[0] === request;
    const others = queue.filter((other) => other !== request);
    queues.set(name, others);
    if (wasHolder) others[0]?.grant();
  }

  function of(tab: string): LockManager {
    async function request(
      name: string,
      { ifAvailable = false, signal }: LockOptions,
      work: (lock: Lock | null) => unknown,
    ): Promise<unknown> {
      const queue = queues.get(name) ?? [];
      if (ifAvailable && queue.length > 0) return work(null);
      const granted = Promise.withResolvers<void>();
      const own = { tab, grant: granted.resolve };
      queues.set(name, [...queue, own]);
      if (queue.length === 0) own.grant();
      signal?.addEventListener("abort", () => granted.reject(signal.reason));
      try {
        await granted.promise;
        return await work({ name, mode: "exclusive" });
      } finally {
        leave(name, own);
      }
    }
    return { request } as unknown as LockManager;
  }

  function release(tab: string): void {
    for (const [name, queue] of queues) {
      for (const request of queue.filter((each) => each.tab === tab)) leave(name, request);
    }
  }

  return { of, release };
}
