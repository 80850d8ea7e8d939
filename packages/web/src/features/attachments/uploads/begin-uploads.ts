import { ValetKeyError } from "@valetkey/client";
import { carryOut } from "./carry-out.ts";
import type { FileHandle } from "./file-handle.ts";
import { type Job, jobs, letGoOn } from "./jobs.ts";
import { type Kept, keepChange, keepFile } from "./kept-files.ts";
import { describeUpload, subjectOf, type Upload, type UploadSubject } from "./upload.ts";
import { uploadList } from "./upload-list.ts";
import { tellNews } from "./upload-news.ts";
import { warnBeforeLeaving } from "./warn-before-leaving.ts";

/** A file that someone wants on a note; `handle`: where it is, if the browser tells. */
export type ChosenFile = { file: File; handle?: Promise<FileHandle | undefined> | undefined };

export type Where = {
  userId: string;
  noteId: string;
  /** The most that the service takes, in bytes; undefined: it is not known yet. */
  limitBytes: number | undefined;
};

/** Brings files to a note, three at once; one that is on its way there already is left alone. */
export function beginUploads(chosen: readonly ChosenFile[], { userId, noteId, limitBytes }: Where): void {
  const begun: UploadSubject[] = [];
  const given = new Set<string>();
  for (const { file: own, handle } of chosen) {
    const file = toldApart(own, (one) => given.has(describeUpload({ userId, noteId, file: one }).id));
    const subject = describeUpload({ userId, noteId, file });
    given.add(subject.id);
    const known = uploadList.get(subject.id)?.status;
    if (known !== undefined && known !== "failed" && known !== "choose" && known !== "allow") continue;
    if (limitBytes !== undefined && file.size > limitBytes) refuse(subject, limitBytes);
    else {
      begun.push(subject);
      begin(subject, { file, handle });
    }
  }
  if (begun.length > 0) tellNews({ kind: "started", subjects: begun });
  letGoOn(carryOut);
}

/**
 * Files of several folders may have the same name, size and date, by which an upload is known here and to the client: the date of the later
 * ones is moved on by a millisecond each, which is seen nowhere.
 */
function toldApart(file: File, isGiven: (file: File) => boolean): File {
  let apart = file;
  while (isGiven(apart)) {
    apart = new File([file], file.name, { type: file.type, lastModified: apart.lastModified + 1 });
  }
  return apart;
}

/** The same for one that waits for its file, which is found again. What is kept of it stays: another tab may have done it meanwhile. */
export function beginAgain({ id }: Upload, { file, kept }: { file: File; kept: Kept }): void {
  const upload = uploadList.get(id);
  if (upload?.status !== "choose" && upload?.status !== "allow") return;
  void keepChange(id, { isPaused: false });
  begin(subjectOf(upload), { file, kept, attachmentId: upload.attachmentId });
  letGoOn(carryOut);
}

type Content = ChosenFile & { isPaused?: boolean; kept?: Kept; attachmentId?: string | undefined };

/** Adds it at the end of those that wait. `kept`: what the browser has of it already. */
export function begin(subject: UploadSubject, { file, handle, isPaused = false, kept, attachmentId }: Content): void {
  const phase = isPaused ? "paused" : "queued";
  const job: Job = {
    ...{ subject, file, phase, isBegun: false, task: undefined, given: new AbortController() },
    working: Promise.resolve(),
    keeping: Promise.resolve(),
    isKept: kept !== undefined,
  };
  if (kept === undefined) job.keeping = keep(job, handle);
  warnBeforeLeaving();
  jobs.set(subject.id, job);
  uploadList.put({ ...toUpload(subject), status: phase, attachmentId, isKept: kept === "file" });
}

async function keep(job: Job, handle: ChosenFile["handle"]): Promise<void> {
  const { subject, file } = job;
  const kept = await keepFile({ subject, file, handle: await handle });
  job.isKept = kept !== undefined;
  uploadList.change(subject.id, { isKept: kept === "file" });
}

function refuse(subject: UploadSubject, limitBytes: number): void {
  const error = new ValetKeyError("file_too_large", `It has more than ${limitBytes} bytes.`);
  uploadList.put({ ...toUpload(subject), status: "failed", error });
  tellNews({ kind: "failed", subject, error });
}

/** Nothing of it is sent yet. */
export function toUpload(subject: UploadSubject): Upload {
  const nothing = { sentBytes: 0, bytesPerSecond: null, secondsLeft: null, error: undefined };
  return { ...subject, ...nothing, status: "queued", attachmentId: undefined, isKept: false };
}
