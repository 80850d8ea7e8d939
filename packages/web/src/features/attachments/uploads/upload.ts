import { type UploadState, ValetKeyError } from "@valetkey/client";

export type UploadStatus =
  /** The upload waits, because the tab is sending three other files. */
  | "queued"
  /** Another tab of this browser sends the file. */
  | "other-tab"
  /** After a reload, the user must choose the file again. */
  | "needs-file"
  /** After a reload, the user must let the browser read the file again. */
  | "needs-permission"
  | Exclude<UploadState, "ready" | "aborted">;

/** The facts about an upload that stay the same until its end. */
export type UploadDescription = {
  /** The page derives the id from the account, the note and the file, so that all tabs use the same id. */
  id: string;
  userId: string;
  noteId: string;
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
  error: unknown;
  /** Undefined until the service has created the attachment. */
  attachmentId: string | undefined;
  /** Whether the upload continues after a reload without the user. */
  continuesAfterReload: boolean;
};

/** An event that the user is notified of, on every page. */
export type UploadEvent =
  | { kind: "added"; uploads: readonly UploadDescription[] }
  | { kind: "attached"; upload: UploadDescription }
  | { kind: "failed"; upload: UploadDescription; error: unknown };

type Permission = (options: { mode: "read" }) => Promise<"granted" | "denied" | "prompt">;

/** Reads a file from the user's disk. Only Chromium gives such handles, and TypeScript does not know the two methods. */
export type FileHandle = FileSystemFileHandle & { queryPermission: Permission; requestPermission: Permission };

/** A file to attach, and its handle if the browser provides a handle. */
export type ChosenFile = { file: File; handle?: Promise<FileHandle | undefined> | undefined };

export function newUpload(upload: UploadDescription, changes: Partial<Upload> = {}): Upload {
  return {
    ...upload,
    status: "queued",
    sentBytes: 0,
    bytesPerSecond: null,
    secondsLeft: null,
    error: undefined,
    attachmentId: undefined,
    continuesAfterReload: false,
    ...changes,
  };
}

/** Uploads with these states wait for the user or for another tab. */
const INACTIVE: ReadonlySet<UploadStatus> = new Set(["other-tab", "failed", "needs-file", "needs-permission"]);

/** Whether this tab works on the upload: the upload is being sent, queued or paused. */
export function isActive({ status }: Upload): boolean {
  return !INACTIVE.has(status);
}

/**
 * Whether this is probably the file of the upload. Compares only the name, the size and the date, so that the page need not read the file.
 */
export function isSameFile({ filename, sizeBytes, lastModified }: UploadDescription, file: File): boolean {
  return file.name === filename && file.size === sizeBytes && file.lastModified === lastModified;
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof ValetKeyError ? error.code : undefined;
}

type Target = { userId: string; noteId: string; addedAt: number };

/** Describes the uploads of chosen files. Each upload gets its own id. */
export function describeUploads(chosen: readonly ChosenFile[], target: Target) {
  const ids = new Set<string>();
  return chosen.map(({ file: original, handle }) => {
    let file = original;
    // The client also identifies a file by its name, size and date. Files in different folders may have the same values, so a later file
    // gets another date.
    while (ids.has(idOf(file, target))) {
      file = new File([original], file.name, { type: file.type, lastModified: file.lastModified + 1 });
    }
    const id = idOf(file, target);
    ids.add(id);
    const { name: filename, size: sizeBytes, type: contentType, lastModified } = file;
    const upload: UploadDescription = { id, ...target, filename, sizeBytes, contentType, lastModified };
    return { upload, file, handle };
  });
}

function idOf({ name, size, type, lastModified }: File, { userId, noteId }: Target): string {
  return JSON.stringify([userId, noteId, name, size, type, lastModified]);
}
