/**
 * queued: three others go first · elsewhere: another tab of this browser does it · choose: the file has to be chosen again after a reload ·
 * allow: the browser wants to be asked for the file again. The others are those of the client.
 */
export type UploadStatus =
  | "queued"
  | "elsewhere"
  | "starting"
  | "hashing"
  | "sending"
  | "waiting"
  | "paused"
  | "completing"
  | "failed"
  | "choose"
  | "allow";

/** What stays of an upload when the page goes, besides its file. */
export type UploadSubject = {
  /** Says which file goes where for whom: the same in all tabs. */
  id: string;
  userId: string;
  noteId: string;
  filename: string;
  sizeBytes: number;
  contentType: string;
  /** Milliseconds since 1970, as the others. */
  lastModified: number;
  addedAt: number;
};

/** An upload as it is shown. */
export type Upload = UploadSubject & {
  status: UploadStatus;
  sentBytes: number;
  bytesPerSecond: number | null;
  secondsLeft: number | null;
  /** Why it failed. */
  error: unknown;
  /** As the service knows it, once it does. */
  attachmentId: string | undefined;
  /** Whether it would go on by itself after a reload. */
  isKept: boolean;
};

/** These wait for a person, or for another tab. */
const AT_REST: ReadonlySet<UploadStatus> = new Set(["elsewhere", "failed", "choose", "allow"]);

/** Whether this tab has it and would lose it: it is sent, waits for its turn, or is paused. */
export function isUnderWay({ status }: Upload): boolean {
  return !AT_REST.has(status);
}

type Described = { userId: string; noteId: string; file: File };

export function describeUpload({ userId, noteId, file }: Described): UploadSubject {
  const { name: filename, size: sizeBytes, type: contentType, lastModified } = file;
  const id = JSON.stringify([userId, noteId, filename, sizeBytes, contentType, lastModified]);
  return { id, userId, noteId, filename, sizeBytes, contentType, lastModified, addedAt: Date.now() };
}

/** What is kept of it. */
export function subjectOf(upload: Upload): UploadSubject {
  const { id, userId, noteId, filename, sizeBytes, contentType, lastModified, addedAt } = upload;
  return { id, userId, noteId, filename, sizeBytes, contentType, lastModified, addedAt };
}

/** Whether a file that was chosen again is the one of before, as far as that can be seen without reading it. */
export function isSameFile({ filename, sizeBytes, lastModified }: UploadSubject, file: File): boolean {
  return file.name === filename && file.size === sizeBytes && file.lastModified === lastModified;
}
