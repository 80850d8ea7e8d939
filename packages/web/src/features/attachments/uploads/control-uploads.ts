import { client } from "../../../service/client.ts";
import { hiddenAttachments } from "../hidden.ts";
import { beginAgain } from "./begin-uploads.ts";
import { carryOut, drop, forget, look } from "./carry-out.ts";
import { type Job, jobs, letGoOn } from "./jobs.ts";
import { forgetAllFiles, keepChange } from "./kept-files.ts";
import { unlessElsewhere } from "./one-tab.ts";
import { isSameFile, type Upload } from "./upload.ts";
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

/** Gives it up, here and at the service; what was sent is removed there. Resolves when the service knows, or can't be told; never rejects. */
export async function cancelUpload(id: string): Promise<void> {
  const upload = uploadList.get(id);
  const job = jobs.get(id);
  if (upload === undefined) return;
  const { attachmentId } = upload;
  if (attachmentId !== undefined) hiddenAttachments.add(attachmentId);
  if (job?.isBegun) {
    job.given.abort();
    void drop(job);
    await job.working;
  } else {
    jobs.delete(id);
    uploadList.remove(id);
  }
  // The client has told the service, once it knew which upload it is.
  if (job?.task?.attachmentId() === undefined) await giveUp(upload, job);
  if (attachmentId !== undefined) hiddenAttachments.remove(attachmentId);
}

/** Forgets what no client works on, unless another tab goes on with it. */
async function giveUp({ id, noteId, attachmentId }: Upload, job: Job | undefined): Promise<void> {
  await unlessElsewhere(id, async () => {
    const forgotten = forget(id, job);
    if (attachmentId !== undefined) {
      await removeUnfinished(attachmentId);
      await look(noteId);
    }
    await forgotten;
  });
}

async function removeUnfinished(attachmentId: string): Promise<void> {
  try {
    const { state } = await client.attachments.get(attachmentId);
    // What failed here may have come through all the same, or was refused and stands in the list with its reason.
    if (state !== "ready" && state !== "rejected") await client.attachments.remove(attachmentId);
  } catch {
    // It is gone, or goes by itself within a day.
  }
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
  const ends = [...uploadList.all().keys()].map(cancelUpload);
  await Promise.race([Promise.all(ends), new Promise((resolve) => setTimeout(resolve, 2_000))]);
  await forgetAllFiles();
}
