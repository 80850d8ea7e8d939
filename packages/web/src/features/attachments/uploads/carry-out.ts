import type { Attachment, Note, UploadProgress } from "@valetkey/client";
import { hasCode } from "../../../service/client.ts";
import { keys, queryClient } from "../../../service/queries.ts";
import { transfers } from "../../../service/transfers.ts";
import { hiddenAttachments } from "../hidden.ts";
import { thumbnailFromFile } from "../thumbnails/from-file.ts";
import { type Job, jobs, letGoOn } from "./jobs.ts";
import { forgetFile, isKept, keepChange } from "./kept-files.ts";
import { inOneTab } from "./one-tab.ts";
import { uploadList } from "./upload-list.ts";
import { tellNews } from "./upload-news.ts";

/** Brings the file of a job to its note, unless another tab does. Never rejects. */
export async function carryOut(job: Job): Promise<void> {
  const { id, noteId } = job.subject;
  await inOneTab(id, {
    signal: job.given.signal,
    onBusy() {
      job.phase = "elsewhere";
      uploadList.change(id, { status: "elsewhere" });
      letGoOn(carryOut);
    },
    async work() {
      // While it waited, for its turn or for someone to try again, another tab may have done it.
      if (job.isKept && !(await isKept(id))) {
        await look(noteId);
        await drop(job);
        return;
      }
      if (job.phase === "elsewhere") job.phase = "running";
      await send(job);
    },
  });
  letGoOn(carryOut);
}

async function send(job: Job): Promise<void> {
  const { subject, file } = job;
  try {
    const task = transfers.upload(subject.noteId, file, {
      signal: job.given.signal,
      onProgress: (progress) => show(job, progress),
    });
    job.task = task;
    if (job.phase === "paused") task.pause();
    await finish(job, await task.done);
  } catch (error) {
    await fail(job, error);
  }
}

/** The client's word for each step; what a person has paused is paused, though the last bytes may be on their way. */
function show(job: Job, { state, totalBytes: _, ...progress }: UploadProgress): void {
  if (state === "ready" || state === "failed" || state === "aborted") return;
  const { id } = job.subject;
  const attachmentId = job.task?.attachmentId() ?? uploadList.get(id)?.attachmentId;
  if (attachmentId !== undefined && attachmentId !== uploadList.get(id)?.attachmentId) {
    void job.keeping.then(() => keepChange(id, { attachmentId }));
  }
  const status = job.phase === "paused" ? "paused" : state;
  uploadList.change(id, { ...progress, status, attachmentId });
}

async function finish(job: Job, attachment: Attachment): Promise<void> {
  const { subject, file } = job;
  // Seen before it is uploaded: its small picture needs no URL.
  await thumbnailFromFile(attachment, file);
  const queryKey = keys.note(subject.noteId);
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData<Note>(queryKey, (note) => note && withAttachment(note, attachment));
  hiddenAttachments.remove(attachment.id);
  const forgotten = drop(job);
  tellNews({ kind: "finished", subject });
  void look(subject.noteId);
  await forgotten;
}

function withAttachment(note: Note, attachment: Attachment): Note {
  const others = note.attachments.filter(({ id }) => id !== attachment.id);
  return { ...note, attachments: [...others, attachment] };
}

async function fail(job: Job, error: unknown): Promise<void> {
  const { subject } = job;
  if (job.given.signal.aborted) return look(subject.noteId);
  tellNews({ kind: "failed", subject, error });
  if (hasCode(error, "upload_rejected")) {
    // It stands in the list with its reason.
    await look(subject.noteId);
    await drop(job);
    return;
  }
  job.phase = "stopped";
  job.isBegun = false;
  job.task = undefined;
  uploadList.change(subject.id, { status: "failed", error, bytesPerSecond: null, secondsLeft: null });
}

/** Forgets a job and its row at once, lets the next one go on, and forgets its file: when this resolves no tab finds it any more. */
export async function drop(job: Job): Promise<void> {
  const { id } = job.subject;
  // Another one of the same file may have begun.
  if (jobs.get(id) !== job) return;
  jobs.delete(id);
  uploadList.remove(id);
  letGoOn(carryOut);
  await forget(id, job);
}

/** Forgets the file of an upload, unless another one of the same file has begun. */
export async function forget(id: string, job: Job | undefined): Promise<void> {
  await job?.keeping;
  if (!jobs.has(id)) await forgetFile(id);
}

/** Asks for a note anew, and for what else changes with its files. */
export async function look(noteId: string): Promise<void> {
  for (const queryKey of [keys.notes, keys.usage, keys.activity]) void queryClient.invalidateQueries({ queryKey });
  await queryClient.invalidateQueries({ queryKey: keys.note(noteId) });
}
