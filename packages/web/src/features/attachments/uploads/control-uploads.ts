import { hiddenAttachments } from "../hidden.ts";
import { beginAgain } from "./begin-uploads.ts";
import { carryOut, drop } from "./carry-out.ts";
import { type Job, jobs, letGoOn } from "./jobs.ts";
import { forgetAllFiles, forgetFile, keepChange } from "./kept-files.ts";
import { isSameFile } from "./upload.ts";
import { uploadList } from "./upload-list.ts";

export function pauseUpload(id: string): void {
  const job = jobs.get(id);
  if (job === undefined) return;
  job.phase = "paused";
  job.task?.pause();
  uploadList.change(id, { status: "paused", bytesPerSecond: null, secondsLeft: null });
  remember(job, { isPaused: true });
  letGoOn(carryOut);
}

/** Also what tries again after a failure. */
export function resumeUpload(id: string): void {
  const job = jobs.get(id);
  if (job === undefined) return;
  job.phase = "queued";
  uploadList.change(id, { status: "queued", error: undefined });
  remember(job, { isPaused: false });
  letGoOn(carryOut);
}

function remember(job: Job, { isPaused }: { isPaused: boolean }): void {
  void job.keeping.then(() => keepChange(job.subject.id, { isPaused }));
}

/** Gives it up, here and at the service; what was sent is removed there. */
export function cancelUpload(id: string): void {
  const job = jobs.get(id);
  const attachmentId = uploadList.get(id)?.attachmentId;
  if (attachmentId !== undefined) hiddenAttachments.add(attachmentId);
  if (job === undefined) {
    uploadList.remove(id);
    void forgetFile(id);
    return;
  }
  job.given.abort();
  void drop(job);
}

/** Goes on with a file that was chosen again. Answers false when it is another one. */
export function goOnWith(id: string, file: File): boolean {
  const upload = uploadList.get(id);
  if (upload === undefined || !isSameFile(upload, file)) return false;
  beginAgain(upload, { file, kept: "name" });
  return true;
}

/** For a sign-out: gives up what is under way and removes what was kept. Resolves when the service knows, at the latest after 2 s. */
export async function forgetUploads(): Promise<void> {
  const ends = [...jobs.values()].map(({ task }) => task?.abort());
  for (const { subject } of jobs.values()) cancelUpload(subject.id);
  for (const id of uploadList.all().keys()) uploadList.remove(id);
  await Promise.race([Promise.all(ends), new Promise((resolve) => setTimeout(resolve, 2_000))]);
  await forgetAllFiles();
}
