import type { Call } from "../call.ts";
import { aborted, ValetKeyError } from "../errors.ts";
import type { Platform } from "../platform.ts";
import type { FileSource } from "../send-bytes.ts";
import type { Attachment, SendFileBody, SentFile } from "../wire.ts";
import { abortUpload, complete, findUpload, openUpload, startUpload, waitForVerification } from "./calls.ts";
import { createPlace, type Lines, type Place } from "./lines.ts";
import type { Previews } from "./previewed-upload.ts";
import { createProgress, type UploadProgress } from "./progress.ts";
import { createPauseGate, createRetry } from "./retry.ts";
import { isLost, sendParts } from "./send-parts.ts";
import { sendPut } from "./send-piece.ts";
import { fingerprint, openSavedUpload, type UploadStore } from "./store.ts";
import type { FinishedFile, OpenUpload, Receiver, UploadContext } from "./upload-context.ts";
import { describeFile, hashFile, readLimits, type UploadOptions } from "./upload-options.ts";
import { uploadSlots } from "./upload-slots.ts";

/*
 * The steps of an upload. Each line has a source file and its step:
 *
 * upload-options      the options, the name, size and type, and the SHA-256 of a small file
 * store               the record that lets a later page or process resume
 * calls               starts the upload at the service or resumes the saved one, and lets the service assemble and verify the file
 * lines               gathers the requests of many small files, and limits how many files the client sends at the same time
 * send-piece          sends a file in one PUT, or sends a part once, and reads the response of the bucket
 * send-parts          sends the missing parts in parallel, signed by part-signer
 * upload-task         runs these steps, and restarts an upload that expired
 *
 * previews            makes and sends small pictures of the file during the upload
 * retry               repeats a failed request, and waits while the upload is paused
 * progress            reports the sent bytes
 */

/** A running upload for a file request. */
export type SendTask = Omit<UploadTask, "done" | "attachmentId"> & { readonly done: Promise<SentFile> };

/** An upload that runs in the background. */
export type UploadTask = {
  /** Resolves with the ready attachment. Rejects with a ValetKeyError. */
  readonly done: Promise<Attachment>;
  /**
   * Resolves when the request that starts the upload is sent or waits for a batch, and also when the upload is paused or has ended. Pass
   * `queued` as `startsAfter` of the next file. The note then has the files in this order, and one request starts many uploads.
   */
  readonly queued: Promise<void>;
  /** Returns the current progress. `onProgress` reports each change. */
  progress(): UploadProgress;
  /** Returns the id of the attachment. The id is undefined until the service has started the upload. */
  attachmentId(): string | undefined;
  /** Stops sending immediately. The bucket keeps the complete parts. `resume` sends the interrupted parts again from their start. */
  pause(): void;
  /** Resumes a paused upload. */
  resume(): void;
  /** Aborts the upload in the client and in the service. `done` rejects with `aborted`, or resolves if the upload was already complete. */
  abort(): Promise<void>;
};

type Deps = {
  baseUrl: string;
  call: Call;
  lines: Lines;
  platform: Platform;
  store: UploadStore;
  previews?: Previews | undefined;
};

/** The time limit to report an abort to the service. Without the report, the service deletes the upload later. */
const ABORT_WITHIN_MS = 20_000;
/** The codes of errors after which an upload cannot resume. */
const FINAL_ERRORS: ReadonlySet<string> = new Set([
  "upload_rejected",
  "upload_not_pending",
  "upload_not_found",
  "note_not_found",
  "link_not_found",
]);

type Order = {
  receiver: Receiver;
  file: FileSource;
  options: UploadOptions;
  /** The slot and the name of the visitor, for a file request. */
  visit?: Pick<SendFileBody, "slotId" | "visitorName">;
};

/** Starts an upload in the background. Throws `invalid_option`. */
export function startTask<File extends FinishedFile>(deps: Deps, { receiver, file, options, visit }: Order) {
  const { baseUrl, call, lines, platform, store } = deps;
  const { parallel, giveUpAfterSeconds } = readLimits(options);
  const { body, lastModified } = describeFile(file, options);
  const declared: SendFileBody = { ...body, ...visit };
  const key = fingerprint({ ...body, baseUrl, receiver: receiver.key, lastModified });
  const saved = openSavedUpload(store, key);
  const progress = createProgress({ ...platform, totalBytes: file.size, report: options.onProgress });
  const gate = createPauseGate();
  const aborter = new AbortController();
  const signal = options.signal === undefined ? aborter.signal : AbortSignal.any([options.signal, aborter.signal]);
  const retry = createRetry({
    platform,
    gate,
    signal,
    giveUpAfterMs: giveUpAfterSeconds * 1000,
    onWaiting: ({ attempts, waiting }) => {
      const isStill = waiting > 0 && waiting === attempts;
      progress.hold(isStill ? (gate.isPaused() ? "paused" : "waiting") : undefined);
    },
  });
  const { promise: queued, resolve: onQueued } = Promise.withResolvers<void>();
  const attachmentId = () => context.opened?.attachmentId;
  function onOpened(): void {
    const { previewsPath: path } = receiver;
    const { contentType } = declared;
    const { onPreview } = options;
    if (path !== undefined) deps.previews?.add({ path, file, contentType, attachmentId, signal, done, onPreview });
  }
  const shared = { call, lines, platform, retry, progress, saved, signal, onQueued, onOpened };
  const context: UploadContext = { ...shared, receiver, file, declared, parallel };
  const place = createPlace(lines.files, uploadSlots(file));
  const done = run<File>(context, { place, startsAfter: options.startsAfter });
  return {
    done,
    queued,
    progress: progress.current,
    attachmentId,
    pause() {
      gate.pause();
      place.pause();
      onQueued();
    },
    resume() {
      place.resume();
      gate.resume();
    },
    async abort() {
      aborter.abort();
      await done.catch(() => undefined);
    },
  };
}

async function run<File extends FinishedFile>(
  context: UploadContext,
  { place, startsAfter }: { place: Place; startsAfter: unknown },
): Promise<File> {
  const { saved, progress, signal, retry } = context;
  try {
    // A paused upload leaves the queue for slots, and joins the end of the queue on resume.
    await retry((attempt) => place.enter(attempt));
    if (context.declared.sha256 === undefined) {
      const sha256 = await hashFile(context);
      if (sha256 !== undefined) context.declared = { ...context.declared, sha256 };
    }
    if (startsAfter !== undefined) {
      // The upload waits without slots, because the upload before it may itself wait for slots.
      place.leave();
      await startsAfter;
      await retry((attempt) => place.enter(attempt, true));
    }
    progress.enter("starting");
    return await succeed(context, await runUpload<File>(context, place.leave));
  } catch (error) {
    if (signal.aborted) return abortEverywhere<File>(context);
    if (error instanceof ValetKeyError && FINAL_ERRORS.has(error.code)) await saved.remove();
    progress.enter("failed");
    throw error;
  } finally {
    place.leave();
    context.onQueued();
  }
}

async function succeed<File extends FinishedFile>({ saved, progress }: UploadContext, file: File): Promise<File> {
  await saved.remove();
  progress.enter("ready");
  return file;
}

/** Aborts the upload in the service, and throws `aborted`. If the upload is already complete, returns the file instead. */
async function abortEverywhere<File extends FinishedFile>(context: UploadContext): Promise<File> {
  const { saved, progress, signal, platform, opened } = context;
  await saved.remove();
  const never = new AbortController().signal;
  const retry = createRetry({
    platform,
    gate: createPauseGate(),
    signal: never,
    giveUpAfterMs: ABORT_WITHIN_MS,
    onWaiting: () => undefined,
  });
  const after = { ...context, retry, signal: never };
  if (opened !== undefined && !(await abortUpload(after, opened.uploadId).catch(() => true))) {
    const upload = await findUpload(after, opened.uploadId);
    if (upload !== undefined && upload.state !== "aborted") {
      return succeed(context, await waitForVerification<File>(after, opened));
    }
  }
  progress.enter("aborted");
  throw aborted(signal.reason);
}

/** The maximum number of attempts to send all bytes, if the service repeatedly finds bytes missing in the bucket. */
const MAX_ROUNDS = 3;

/**
 * Uploads the file, and returns the finished file. Sets `context.opened` to the upload that was started or resumed last. Calls `onSent`
 * when the bucket has all bytes.
 */
async function runUpload<File extends FinishedFile>(context: UploadContext, onSent: () => void): Promise<File> {
  let upload = await openUpload(context);
  context.opened = upload;
  context.onQueued();
  context.onOpened();
  for (let isRestart = false; ; isRestart = true) {
    try {
      return await sendAndComplete<File>(context, { opened: upload, onSent });
    } catch (error) {
      if (isRestart || !(await canRestart(context, { upload, error }))) throw error;
      context.progress.reset();
      upload = await startUpload(context, undefined);
    }
  }
}

async function sendAndComplete<File extends FinishedFile>(
  context: UploadContext,
  { opened, onSent }: { opened: OpenUpload; onSent: () => void },
): Promise<File> {
  let upload = opened;
  for (let round = 1; ; round += 1) {
    context.opened = upload;
    if (upload.kind === "sent") return waitForVerification<File>(context, upload);
    if (upload.kind === "multipart") await sendParts(context, upload);
    else upload = await sendPut(context, upload);
    context.opened = upload;
    onSent();
    try {
      return await complete<File>(context, upload);
    } catch (error) {
      const isIncomplete = error instanceof ValetKeyError && error.code === "upload_incomplete";
      if (!isIncomplete || round === MAX_ROUNDS) throw error;
      context.progress.reset();
    }
  }
}

/**
 * Returns whether the client can restart the upload, because it has expired or the bucket has lost its parts. In the second case, aborts
 * the old upload. Returns false if a person aborted the upload.
 */
async function canRestart(context: UploadContext, { upload, error }: { upload: OpenUpload; error: unknown }) {
  if (!(error instanceof ValetKeyError)) return false;
  const isGone = isLost(error) || error.code === "upload_not_found" || error.code === "upload_not_pending";
  if (!isGone) return false;
  const current = await findUpload(context, upload.uploadId);
  // The bucket has lost the parts. Without an abort, the old upload would use the quota until its expiry.
  if (current?.state === "pending") return abortUpload(context, upload.uploadId);
  return current === undefined || current.state === "expired";
}
