import type { Platform } from "../platform.ts";

/**
 * The state of an upload. The states `ready`, `failed` and `aborted` are final.
 *
 * - `starting`: the upload waits for other uploads of the client, or the client starts it with a request to the service.
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
  /** `waiting` means that there is no connection. `completing` means that the service assembles and verifies the file. */
  state: UploadState;
  /**
   * The number of sent bytes. After a resume, this number includes the parts that are already stored. The number decreases when the client
   * must send bytes again.
   */
  sentBytes: number;
  /** The size of the file. */
  totalBytes: number;
  /** The average rate of the upload in the last seconds. Null until the rate is known. */
  bytesPerSecond: number | null;
  /** The remaining time of the upload at the current rate. Null until the rate is known. */
  secondsLeft: number | null;
  /**
   * The number of requests in a row whose bytes the bucket did not store, counted at most once a second. If requests to the bucket fail
   * while the service responds, the page cannot reach the bucket, or the bucket lacks its CORS configuration.
   */
  failedSends: number;
};

/** The minimum time between two progress reports, in milliseconds. */
const REPORT_MS = 100;
/** The minimum time between two counted failures, in milliseconds. The parts of a file often fail together, and then count once. */
const FAILURE_MS = 1_000;

/** Counts the sent bytes, and reports the count at most ten times a second. Reports also each change of state. */
export type Progress = {
  enter(state: UploadState): void;
  /** Reports why the upload waits. With undefined, reports that the upload continues. */
  hold(why: "waiting" | "paused" | undefined): void;
  keep(bytes: number): void;
  /** Counts the bytes of one request. `sent` sets the number of sent bytes. `end` sets the number of bytes that the bucket has stored. */
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
   * The delayed report, which a newer report cancels. Without a delayed report, the page would never show the last bytes before a stall.
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

/** The minimum length of a speed sample, in milliseconds. Shorter samples would measure buffers instead of the connection. */
const SAMPLE_MS = 250;
/** The decay of the speed meter, in milliseconds: a sample of this age has the weight 1/e. */
const MEMORY_MS = 5_000;

type SpeedMeter = {
  /** Records the total number of sent bytes, which decreases when the client must send bytes again. */
  update(bytes: number): void;
  /** Discards the current sample, so that a pause does not lower the rate. */
  rest(): void;
  /** Returns the rate in bytes per second. The rate is undefined before the end of the first sample. */
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
