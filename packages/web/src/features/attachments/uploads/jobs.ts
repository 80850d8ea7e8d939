import type { UploadTask } from "@valetkey/client";
import type { UploadSubject } from "./upload.ts";
import { uploadList } from "./upload-list.ts";

/** How many files are sent at once; each of them may send several parts. */
const MAX_RUNNING = 3;

/** What is done for an upload whose file is at hand. */
export type Job = {
  subject: UploadSubject;
  file: File;
  /** stopped: it failed, and waits for someone to try again. */
  phase: "queued" | "running" | "elsewhere" | "paused" | "stopped";
  /** Whether it is on its way to a task or has one. */
  isBegun: boolean;
  /** Resolves when what was begun is over, however it ended. */
  working: Promise<void>;
  /** Since the client works on it, and until it fails. */
  task: UploadTask | undefined;
  /** Aborted when it is given up. */
  given: AbortController;
  /** Resolves when the file is kept, or can't be. */
  keeping: Promise<unknown>;
  /** Whether this browser has kept it, for all tabs: when it is no longer kept, one of them has brought it over or given it up. */
  isKept: boolean;
};

export const jobs = new Map<string, Job>();

/** `begin` does all for a job that is new, or has failed. */
type Begin = (job: Job) => Promise<void>;

/** Lets those go on that wait for their turn, as far as there is room. */
export function letGoOn(begin: Begin): void {
  const running = [...jobs.values()].filter(({ phase }) => phase === "running").length;
  const waiting = [...jobs.values()].filter(({ phase }) => phase === "queued");
  for (const job of waiting.slice(0, Math.max(0, MAX_RUNNING - running))) {
    job.phase = "running";
    uploadList.change(job.subject.id, { status: "starting" });
    if (job.isBegun) job.task?.resume();
    else {
      job.isBegun = true;
      job.working = begin(job);
    }
  }
}
