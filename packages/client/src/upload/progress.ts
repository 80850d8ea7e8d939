import type { Platform } from "../platform.ts";

/**
 * The state of an upload. `ready`, `failed` and `aborted` are final.
 *
 * - `starting`: the client asks the service to start the upload.
 * - `hashing`: the client reads the file for its SHA-256.
 * - `waiting`: there is no connection, or the service or the bucket is down.
 * - `completing`: the service assembles and verifies the file.
 */
export type UploadState =
  | "starting"
  | "hashing"
  | "sending"
  | "waiting"
  | "paused"
  | "completing"
  | "ready"
  | "failed"
  | "aborted";

export type UploadProgress = {
  state: UploadState;
  /** The number of bytes sent so far, with the stored parts after a resume. Decreases when the client must send bytes again. */
  sentBytes: number;
  totalBytes: number;
  /** The average rate of the last seconds. Null until the rate is known. */
  bytesPerSecond: number | null;
  /** The time that is left at the current rate. Null until the rate is known. */
  secondsLeft: number | null;
};

/** The minimum time between two reports. With a shorter time, the page would look smoother, but do more work. Milliseconds. */
const REPORT_MS = 100;

/** Counts the sent bytes, and reports them at most ten times a second. Also reports each change of state. */
export type Progress = {
  enter(state: UploadState): void;
  /** Reports why the upload waits. With undefined, reports that the upload continues. */
  hold(why: "waiting" | "paused" | undefined): void;
  /** Adds bytes that the bucket has stored. */
  keep(bytes: number): void;
  /** Counts the bytes of one request: `sent` sets the bytes sent so far, and `end` sets the bytes that the bucket has stored. */
  piece(): { sent(bytes: number): void; end(outcome: { kept: number }): void };
  reset(): void;
  current(): UploadProgress;
};

type Report = (progress: UploadProgress) => void;

type Options = Pick<Platform, "now" | "sleep"> & {
  totalBytes: number;
  report: Report | undefined;
};

export function createProgress({ totalBytes, now, sleep, report }: Options): Progress {
  const meter = createSpeedMeter(now);
  const pieces = new Map<symbol, number>();
  let state: UploadState = "starting";
  let held: "waiting" | "paused" | undefined;
  let kept = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  /** Cancels the delayed report. Without the delayed report, nobody would see the last bytes if no later event follows. */
  let delayed: AbortController | undefined;

  function current(): UploadProgress {
    let sentBytes = kept;
    for (const bytes of pieces.values()) sentBytes += bytes;
    const rate = meter.rate();
    const secondsLeft = rate === undefined || rate === 0 ? null : Math.ceil((totalBytes - sentBytes) / rate);
    return {
      state: held ?? state,
      sentBytes,
      totalBytes,
      bytesPerSecond: rate === undefined ? null : Math.round(rate),
      secondsLeft,
    };
  }

  function changed({ always }: { always: boolean }): void {
    const progress = current();
    meter.update(progress.sentBytes);
    if (report === undefined) return;
    const waitMs = always ? 0 : reportedAt + REPORT_MS - now();
    if (waitMs <= 0) send(report);
    else if (delayed === undefined) void sendIn(waitMs, report);
  }

  async function sendIn(waitMs: number, report: Report): Promise<void> {
    delayed = new AbortController();
    const { signal } = delayed;
    await sleep(waitMs, signal);
    if (!signal.aborted) send(report);
  }

  function send(report: Report): void {
    delayed?.abort();
    delayed = undefined;
    reportedAt = now();
    report(current());
  }

  return {
    current,
    enter(next) {
      if (next === state) return;
      state = next;
      if (next !== "sending") meter.rest();
      changed({ always: true });
    },
    hold(why) {
      if (why === held) return;
      held = why;
      meter.rest();
      changed({ always: true });
    },
    keep(bytes) {
      kept += bytes;
      changed({ always: false });
    },
    piece() {
      const id = Symbol();
      return {
        sent(bytes) {
          pieces.set(id, bytes);
          changed({ always: false });
        },
        end(outcome) {
          pieces.delete(id);
          kept += outcome.kept;
          changed({ always: false });
        },
      };
    },
    reset() {
      kept = 0;
      pieces.clear();
    },
  };
}

/** The minimum length of a sample. A shorter sample would measure buffers instead of the connection. Milliseconds. */
const SAMPLE_MS = 250;
/** How slowly the meter forgets: a sample of this age has the weight 1/e. Milliseconds. */
const MEMORY_MS = 5_000;

type SpeedMeter = {
  /** Records the number of bytes sent so far. The number decreases when the client must send bytes again. */
  update(bytes: number): void;
  /** Forgets the last sample, so that a pause does not lower the rate. */
  rest(): void;
  /** Returns the bytes per second. Undefined before the end of the first sample. */
  rate(): number | undefined;
};

export function createSpeedMeter(now: () => number): SpeedMeter {
  let rate: number | undefined;
  let sample: { at: number; bytes: number } | undefined;
  return {
    update(bytes) {
      const at = now();
      if (sample === undefined || bytes < sample.bytes) {
        sample = { at, bytes };
        return;
      }
      const elapsed = at - sample.at;
      if (elapsed < SAMPLE_MS) return;
      const measured = ((bytes - sample.bytes) * 1000) / elapsed;
      rate = rate === undefined ? measured : rate + (measured - rate) * (1 - Math.exp(-elapsed / MEMORY_MS));
      sample = { at, bytes };
    },
    rest() {
      sample = undefined;
    },
    rate: () => rate,
  };
}
