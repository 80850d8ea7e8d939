import type { Call } from "../call.ts";
import type { FileSource } from "../file-source.ts";
import type { Platform } from "../platform.ts";
import type { StartUploadBody } from "../wire.ts";
import type { Memory } from "./memory.ts";
import type { Persist } from "./persist.ts";
import type { Progress } from "./progress.ts";

/** What the steps of one upload share. */
export type Session = {
  call: Call;
  platform: Platform;
  persist: Persist;
  progress: Progress;
  memory: Memory;
  noteId: string;
  file: FileSource;
  /** What the service was or will be told of the file. */
  declared: StartUploadBody;
  /** How many parts go at once. */
  parallel: number;
  /** Aborted when the caller gives the upload up. */
  signal: AbortSignal;
};

/** How long the service may take to answer. Milliseconds. */
const ANSWER_MS = 60_000;
/** Putting 10,000 parts together and reading a large file once takes a bucket a while. Milliseconds. */
export const COMPLETION_MS = 900_000;

/** `withinMs`: milliseconds, default a minute. `isWhole`: once sent, its answer is waited for even when the upload is aborted. */
type Request = {
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  withinMs?: number;
  isWhole?: boolean;
};

/** A call that is made again until it is answered; each of them may be made twice without harm. */
export function ask<T>({ call, persist }: Pick<Session, "call" | "persist">, request: Request): Promise<T> {
  const { method, path, withinMs = ANSWER_MS, isWhole = false, ...rest } = request;
  return persist((signal) => {
    // A silent line is as good as a broken one: it ends in `network`, which is tried again.
    const late = AbortSignal.timeout(withinMs);
    return call<T>(method, path, { ...rest, signal: isWhole ? late : AbortSignal.any([signal, late]) });
  });
}
