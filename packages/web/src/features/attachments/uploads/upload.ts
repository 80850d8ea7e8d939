import { type UploadState, ValetKeyError } from "@valetkey/client";
import { computed, map, type ReadableAtom } from "nanostores";
import type { PickedFile } from "../../../files/folders.ts";

export type UploadStatus =
  /** The upload waits, because the tab already sends as many files as the queue allows. */
  | "queued"
  /** Another tab of this browser sends the file. */
  | "other-tab"
  /** After a reload, the user must choose the file again. */
  | "needs-file"
  /** After a reload, the user must let the browser read the file again. */
  | "needs-permission"
  | Exclude<UploadState, "ready" | "aborted">;

/** The facts about an upload that never change. */
export type UploadDescription = {
  /** All tabs derive the same id from the account, the note and the file. */
  id: string;
  userId: string;
  noteId: string;
  /** The folder of the file, such as "photos/2024/". */
  path?: string | undefined;
  filename: string;
  sizeBytes: number;
  contentType: string;
  /** Milliseconds since 1970. */
  lastModified: number;
  /** Milliseconds since 1970. */
  addedAt: number;
};

export type Upload = UploadDescription & {
  status: UploadStatus;
  sentBytes: number;
  bytesPerSecond: number | null;
  secondsLeft: number | null;
  /** How many times in a row the client has sent no bytes to the bucket. */
  failedSends: number;
  error: unknown;
  /** Undefined until the service has created the attachment. */
  attachmentId: string | undefined;
  /** Whether the upload continues after a reload without an action of the user. */
  continuesAfterReload: boolean;
};

/** An event that the app reports to the user on every page. */
export type UploadEvent =
  | { kind: "added"; uploads: readonly UploadDescription[] }
  | { kind: "attached"; upload: UploadDescription }
  | { kind: "failed"; upload: UploadDescription; error: unknown };

type Permission = (options: { mode: "read" }) => Promise<"granted" | "denied" | "prompt">;

/** A handle that reads a file from the user's disk. Only Chromium has such handles, and the types of TypeScript lack these two methods. */
export type FileHandle = FileSystemFileHandle & { queryPermission: Permission; requestPermission: Permission };

/** A file to attach, with its file handle if the browser provides file handles. */
export type ChosenFile = PickedFile & { handle?: Promise<FileHandle | undefined> | undefined };

export function newUpload(upload: UploadDescription, changes: Partial<Upload> = {}): Upload {
  return {
    ...upload,
    status: "queued",
    sentBytes: 0,
    bytesPerSecond: null,
    secondsLeft: null,
    failedSends: 0,
    error: undefined,
    attachmentId: undefined,
    continuesAfterReload: false,
    ...changes,
  };
}

/** In these states, an upload waits for the user or for another tab. */
const INACTIVE: ReadonlySet<UploadStatus> = new Set(["other-tab", "failed", "needs-file", "needs-permission"]);

/** Returns whether the upload is running, queued or paused in this tab. */
export function isActive({ status }: Upload): boolean {
  return !INACTIVE.has(status);
}

/**
 * Returns whether the file is probably the file of the upload. Compares only the name, the size and the date, so that the page need not
 * read the file.
 */
export function isSameFile({ filename, sizeBytes, lastModified }: UploadDescription, file: File): boolean {
  return file.name === filename && file.size === sizeBytes && file.lastModified === lastModified;
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof ValetKeyError ? error.code : undefined;
}

type Target = { userId: string; noteId: string; addedAt: number };

/** Describes the uploads of chosen files. Each upload gets a different id. */
export function describeUploads(chosen: readonly ChosenFile[], target: Target) {
  const ids = new Set<string>();
  return chosen.map(({ file: original, path, handle }, nth) => {
    let file = original;
    // The client also identifies a file by its path, name, size and date. Different files may have equal values, so the later file gets
    // another date.
    while (ids.has(idOf({ file, path }, target))) {
      file = new File([original], file.name, { type: file.type, lastModified: file.lastModified + 1 });
    }
    const id = idOf({ file, path }, target);
    ids.add(id);
    const { name: filename, size: sizeBytes, type: contentType, lastModified } = file;
    // The files of one drop get different instants, so that a restored queue keeps the order of the drop.
    const addedAt = target.addedAt + nth / 1000;
    const upload: UploadDescription = { id, ...target, addedAt, path, filename, sizeBytes, contentType, lastModified };
    return { upload, file, handle };
  });
}

function idOf({ file, path = "" }: PickedFile, { userId, noteId }: Target): string {
  return JSON.stringify([userId, noteId, path + file.name, file.size, file.type, file.lastModified]);
}

/** The progress of all files that the tab has uploaded to a note since the first running upload. The bytes do not include failed files. */
export type UploadTotal = {
  attachedCount: number;
  failedCount: number;
  /** The number of attached, active and failed files. */
  count: number;
  sentBytes: number;
  totalBytes: number;
  isSending: boolean;
  /** The remaining time in seconds of the slowest file. Zero if no rate is known. */
  longestSeconds: number;
};

type Uploads = Readonly<Record<string, Upload>>;

export class UploadList {
  readonly $uploads = map<Record<string, Upload>>({});
  /** The ids of the uploads. This store changes only when an upload is added or removed. */
  readonly $ids = computedSet(this.$uploads, Object.keys);
  readonly $attachmentIds = computedSet(this.$uploads, (uploads) =>
    Object.values(uploads).flatMap(({ attachmentId }) => attachmentId ?? []),
  );
  readonly $isAtRisk = computed(this.$uploads, (uploads: Uploads) =>
    Object.values(uploads).some((upload) => isActive(upload) && !upload.continuesAfterReload),
  );
  readonly #seen = new Set<string>();
  /** The attached files of each note, since this tab began to upload files to the note. */
  readonly #attached = new Map<string, UploadDescription[]>();

  all(): readonly Upload[] {
    return Object.values(this.$uploads.get());
  }

  get(id: string): Upload | undefined {
    return this.$uploads.get()[id];
  }

  /** Returns whether the page shows the upload now, or has shown the upload before. */
  hasSeen(id: string): boolean {
    return this.#seen.has(id);
  }

  put(upload: Upload): void {
    if (this.#activeOf(upload.noteId).length === 0) this.#attached.delete(upload.noteId);
    this.#seen.add(upload.id);
    this.$uploads.setKey(upload.id, upload);
  }

  /** Changes an upload, unless the upload was removed. */
  change(id: string, changes: Partial<Upload>): void {
    const upload = this.get(id);
    if (upload !== undefined) this.$uploads.setKey(id, { ...upload, ...changes });
  }

  /** Counts the upload as attached. The caller must call this method before `remove`. */
  countAttached(upload: UploadDescription): void {
    this.#attached.set(upload.noteId, [...(this.#attached.get(upload.noteId) ?? []), upload]);
  }

  total(noteId: string): UploadTotal {
    const attached = this.#attached.get(noteId) ?? [];
    const active = this.#activeOf(noteId);
    const failedCount = this.all().filter((each) => each.noteId === noteId && each.status === "failed").length;
    const attachedBytes = sum(attached, ({ sizeBytes }) => sizeBytes);
    return {
      attachedCount: attached.length,
      failedCount,
      count: attached.length + active.length + failedCount,
      sentBytes: attachedBytes + sum(active, ({ sentBytes }) => sentBytes),
      totalBytes: attachedBytes + sum(active, ({ sizeBytes }) => sizeBytes),
      isSending: active.some(({ status }) => status === "sending"),
      longestSeconds: Math.max(0, ...active.map(({ secondsLeft }) => secondsLeft ?? 0)),
    };
  }

  #activeOf(noteId: string): Upload[] {
    return this.all().filter((upload) => upload.noteId === noteId && isActive(upload));
  }

  remove(id: string): void {
    const { [id]: _, ...others } = this.$uploads.get();
    this.$uploads.set(others);
  }
}

function sum<Item>(items: readonly Item[], bytesOf: (item: Item) => number): number {
  return items.reduce((bytes, item) => bytes + bytesOf(item), 0);
}

/** Makes a store that notifies its listeners only when the members of the set change, and not after each sent byte. */
function computedSet(
  $uploads: ReadableAtom<Uploads>,
  select: (uploads: Uploads) => readonly string[],
): ReadableAtom<ReadonlySet<string>> {
  let current: ReadonlySet<string> = new Set();
  return computed($uploads, (uploads: Uploads) => {
    const members = select(uploads);
    const isSame = members.length === current.size && members.every((member) => current.has(member));
    if (!isSame) current = new Set(members);
    return current;
  });
}
