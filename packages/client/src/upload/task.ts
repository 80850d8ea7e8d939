import type { Call } from "../call.ts";
import { aborted, ValetKeyError } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import type { Platform } from "../platform.ts";
import type { UploadStore } from "../stores/store.ts";
import type { Attachment } from "../wire.ts";
import { abandon } from "./abandon.ts";
import { untilChecked } from "./complete.ts";
import { describeFile, type FileOptions, hashFile } from "./declare.ts";
import { createGate } from "./gate.ts";
import { createMemory, fingerprint } from "./memory.ts";
import { findUpload, type OpenUpload } from "./open-upload.ts";
import { createPersist } from "./persist.ts";
import { createProgress, type UploadProgress } from "./progress.ts";
import { runUpload } from "./run.ts";
import type { Session } from "./session.ts";

export type UploadOptions = FileOptions & {
  /** Told at most ten times a second, and at every change of state. */
  onProgress?: (progress: UploadProgress) => void;
  /** Aborts, as `abort()` does. */
  signal?: AbortSignal;
  /** How many parts of a large file go at once: 1 to 16, default 4. */
  parallel?: number;
  /** Without any success for so long while there is a connection, the upload fails; what was sent stays for a resuming. Seconds, default 600. */
  giveUpAfterSeconds?: number;
};

/** An upload under way; it has begun. */
export type UploadTask = {
  /** The attachment, ready. Rejects with ValetKeyError. */
  readonly done: Promise<Attachment>;
  progress(): UploadProgress;
  /** Which attachment it becomes, as other callers see it on the note; undefined until the service has begun it. */
  attachmentId(): string | undefined;
  /** Stops sending at once. What is half sent is sent again; whole parts stay. */
  pause(): void;
  resume(): void;
  /** Gives it up here and at the service, then rejects `done` with `aborted`; when it was complete already, `done` resolves instead. */
  abort(): Promise<void>;
};

type Deps = { baseUrl: string; call: Call; platform: Platform; store: UploadStore };

const DEFAULT_PARALLEL = 4;
const MAX_PARALLEL = 16;
const DEFAULT_GIVE_UP_SECONDS = 600;
/** An abort that can't reach the service is made up for by its sweep. Milliseconds. */
const ABANDON_WITHIN_MS = 20_000;
/** After these there is nothing to go on with. */
const OVER: ReadonlySet<string> = new Set([
  "upload_rejected",
  "upload_not_pending",
  "upload_not_found",
  "note_not_found",
]);

/** Begins to bring a file to a note. Throws `invalid_option`. */
export function startTask(
  deps: Deps,
  { noteId, file, options }: { noteId: string; file: FileSource; options: UploadOptions },
) {
  const { baseUrl, call, platform, store } = deps;
  const { parallel = DEFAULT_PARALLEL, giveUpAfterSeconds = DEFAULT_GIVE_UP_SECONDS, onProgress } = options;
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > MAX_PARALLEL) {
    throw new ValetKeyError(
      "invalid_option",
      `parallel is ${parallel}; it must be a whole number from 1 to ${MAX_PARALLEL}.`,
    );
  }
  const { body: declared, lastModified } = describeFile(file, options);
  const { filename, sizeBytes, contentType } = declared;
  const key = fingerprint({ baseUrl, noteId, filename, sizeBytes, contentType, lastModified });
  const memory = createMemory(store, key);
  const progress = createProgress({ totalBytes: file.size, now: platform.now, report: onProgress });
  const gate = createGate();
  const given = new AbortController();
  const signal = options.signal === undefined ? given.signal : AbortSignal.any([options.signal, given.signal]);
  const persist = createPersist({
    ...{ platform, gate, signal },
    giveUpAfterMs: giveUpAfterSeconds * 1000,
    onWaiting: ({ attempts, waiting }) => {
      const isStill = waiting > 0 && waiting === attempts;
      progress.hold(isStill ? (gate.isPaused() ? "paused" : "waiting") : undefined);
    },
  });
  const session: Session = { call, platform, persist, progress, memory, noteId, file, declared, parallel, signal };
  let opened: OpenUpload | undefined;
  const onOpened = (upload: OpenUpload) => {
    opened = upload;
  };
  const done = run(session, { onOpened });
  return {
    done,
    progress: progress.current,
    attachmentId: () => opened?.attachmentId,
    pause() {
      gate.pause();
    },
    resume: gate.resume,
    async abort() {
      given.abort();
      await done.then(
        () => undefined,
        () => undefined,
      );
    },
  } satisfies UploadTask;
}

async function run(session: Session, { onOpened }: { onOpened: (upload: OpenUpload) => void }): Promise<Attachment> {
  const { memory, progress, signal, platform, file } = session;
  let uploadId: string | undefined;
  try {
    if (session.declared.sha256 === undefined) {
      const sha256 = await hashFile({ platform, progress }, file);
      if (sha256 !== undefined) session.declared = { ...session.declared, sha256 };
    }
    progress.enter("starting");
    const attachment = await runUpload(session, {
      onOpened(upload) {
        ({ uploadId } = upload);
        onOpened(upload);
      },
    });
    return await succeed(session, attachment);
  } catch (error) {
    if (signal.aborted) return giveUp(session, uploadId);
    if (error instanceof ValetKeyError && OVER.has(error.code)) await memory.forget();
    progress.enter("failed");
    throw error;
  }
}

async function succeed({ memory, progress }: Session, attachment: Attachment): Promise<Attachment> {
  await memory.forget();
  progress.enter("ready");
  return attachment;
}

/** The service is told, so that it can remove what was sent. An upload that is complete by then is a success. */
async function giveUp(session: Session, uploadId: string | undefined): Promise<Attachment> {
  const { memory, progress, signal, platform } = session;
  await memory.forget();
  const never = new AbortController().signal;
  const persist = createPersist({
    ...{ platform, gate: createGate(), signal: never },
    giveUpAfterMs: ABANDON_WITHIN_MS,
    onWaiting: () => undefined,
  });
  const after = { ...session, persist, signal: never };
  const inTime = uploadId === undefined || (await abandon(after, uploadId).catch(() => true));
  if (!inTime && uploadId !== undefined) {
    const upload = await findUpload(after, uploadId);
    if (upload !== undefined && upload.state !== "aborted") {
      const { attachmentId } = upload;
      return succeed(session, await untilChecked(after, { uploadId, attachmentId, kind: "over" }));
    }
  }
  progress.enter("aborted");
  throw aborted(signal.reason);
}
