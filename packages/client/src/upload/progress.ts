import type { Platform } from "../platform.ts";

/**
 * The state of an upload. The states `ready`, `failed` and `aborted` are final.
 *
 * - `starting`: the upload waits for other files of the client, or the client requests its start from the service.
 * - `hashing`: the client reads the file for its SHA-256.
 * - `waiting`: the client has no connection, or the service or the bucket is unavailable.
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
  /** The state `waiting` means that there is no connection, and `completing` that the service verifies the bytes. */
  state: UploadState;
  /**
   * The number of sent bytes, which includes the stored parts after a resume. `sentBytes` decreases when the client must send bytes again.
   */
  sentBytes: number;
  /** The size of the file. */
  totalBytes: number;
  /** The average rate of the upload in the last seconds. The member `bytesPerSecond` is null until the rate is known. */
  bytesPerSecond: number | null;
  /** The remaining time of the upload at the current rate. The member `secondsLeft` is null until the rate is known. */
  secondsLeft: number | null;
  /**
   * The number of consecutive requests whose bytes the bucket did not store, counted at most once a second. With several failures and a
   * service that responds, the bucket is not reachable, or its CORS configuration is missing.
   */
  failedSends: number;
};

/** The minimum time between two reports of progress. With a shorter time, a page would look smoother, but do more work. */
const REPORT_MS = 100;
/** The minimum time between two counted failures, because the parts of a file fail together. Milliseconds. */
const FAILURE_MS = 1_000;

/** Counts the sent bytes, and reports the count at most ten times a second. A `Progress` also reports each change of state. */
export type Progress = {
  enter(state: UploadState): void;
  /** Reports the reason why the upload waits. With undefined, `hold` reports that the upload continues. */
  hold(why: "waiting" | "paused" | undefined): void;
  /** Adds bytes that the bucket has stored. */
  keep(bytes: number): void;
  /** Counts the bytes of one request: `sent` sets the sent bytes, and `end` sets the bytes that the bucket has stored. */
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
  let failedSends = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reportedAt = Number.NEGATIVE_INFINITY;
  /**
   * An event cancels the delayed report of an earlier event. Without the delayed report, the page would not show the last bytes if no later
   * event follows.
   */
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
      failedSends,
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
          if (outcome.kept > 0) failedSends = 0;
          else if (now() - failedAt >= FAILURE_MS) {
            failedSends += 1;
            failedAt = now();
          }
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

/** The minimum length of a speed sample in milliseconds. A shorter speed sample would measure buffers instead of the connection. */
const SAMPLE_MS = 250;
/** The memory of the speed meter: a sample of the age `MEMORY_MS` has the weight 1/e. */
const MEMORY_MS = 5_000;

type SpeedMeter = {
  /** Records the number of bytes that the client has sent. The number of sent bytes decreases when the client must send bytes again. */
  update(bytes: number): void;
  /** Discards the last sample, so that a pause does not lower the rate. */
  rest(): void;
  /** Returns the rate of the upload in bytes per second. The rate is undefined before the end of the first sample. */
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
