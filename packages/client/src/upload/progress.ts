import { createMeter } from "./meter.ts";

/**
 * starting: asking the service · hashing: reading the file for its SHA-256 · sending · waiting: for a connection, or for the service or the
 * bucket to come back · paused · completing: the service is putting it together and looking at it · ready, failed, aborted: over.
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
  /** Goes down when a piece has to be sent again; parts that the bucket had already count from the start. */
  sentBytes: number;
  totalBytes: number;
  /** Smoothed over seconds; null until it is known. */
  bytesPerSecond: number | null;
  /** At this rate; null until it is known. */
  secondsLeft: number | null;
};

/** Often enough for an eye, seldom enough for a page that draws on each. Milliseconds. */
const REPORT_MS = 100;

/** Adds up what is sent and tells the caller, at most ten times a second and at every change of state. */
export type Progress = {
  enter(state: UploadState): void;
  /** Nothing moves for now, whatever it was doing; undefined: it moves again. */
  hold(why: "waiting" | "paused" | undefined): void;
  /** Bytes that are in the bucket for good. */
  keep(bytes: number): void;
  /** A piece under way: how far it is, and in the end whether the bucket has it. */
  piece(): { sent(bytes: number): void; end(outcome: { kept: number }): void };
  /** Nothing is sent yet, again. */
  reset(): void;
  current(): UploadProgress;
};

type Options = {
  totalBytes: number;
  now: () => number;
  report: ((progress: UploadProgress) => void) | undefined;
};

export function createProgress({ totalBytes, now, report }: Options): Progress {
  const meter = createMeter(now);
  const pieces = new Map<symbol, number>();
  let state: UploadState = "starting";
  let held: "waiting" | "paused" | undefined;
  let kept = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;

  function current(): UploadProgress {
    let sentBytes = kept;
    for (const bytes of pieces.values()) sentBytes += bytes;
    const rate = meter.rate();
    const left = rate === undefined || rate === 0 ? null : Math.ceil((totalBytes - sentBytes) / rate);
    return {
      state: held ?? state,
      sentBytes,
      totalBytes,
      bytesPerSecond: rate === undefined ? null : Math.round(rate),
      secondsLeft: left,
    };
  }

  function changed({ always }: { always: boolean }): void {
    const progress = current();
    meter.update(progress.sentBytes);
    if (report === undefined || (!always && now() - reportedAt < REPORT_MS)) return;
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
