import { ValetKeyError } from "@valetkey/client";
import { carryOut } from "./carry-out.ts";
import type { FileHandle } from "./file-handle.ts";
import { jobs, letGoOn } from "./jobs.ts";
import { keepFile } from "./kept-files.ts";
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

/** The same for one whose file is found again. */
export function beginAgain({ id }: Upload, file: File): void {
  const upload = uploadList.get(id);
  if (upload !== undefined) begin(subjectOf(upload), { file, attachmentId: upload.attachmentId });
  letGoOn(carryOut);
}

type Content = ChosenFile & { isPaused?: boolean; isKept?: boolean; attachmentId?: string | undefined };

/** Adds it at the end of those that wait. `isKept`: the browser has the file already. */
export function begin(subject: UploadSubject, content: Content): void {
  const { file, handle, isPaused = false, isKept = false, attachmentId } = content;
  const keeping = isKept ? Promise.resolve() : keep(subject, { file, handle });
  const job = {
    subject,
    file,
    isBegun: false,
    task: undefined,
    given: new AbortController(),
    keeping,
    isRestored: isKept,
  };
  warnBeforeLeaving();
  jobs.set(subject.id, { ...job, phase: isPaused ? "paused" : "queued" });
  uploadList.put({ ...toUpload(subject), status: isPaused ? "paused" : "queued", attachmentId, isKept });
}

async function keep(subject: UploadSubject, { file, handle }: ChosenFile): Promise<void> {
  const isKept = await keepFile({ subject, file, handle: await handle });
  uploadList.change(subject.id, { isKept });
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
