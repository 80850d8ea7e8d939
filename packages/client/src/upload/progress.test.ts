import { describe, expect, it } from "vitest";
import { createProgress, type UploadProgress } from "./progress.ts";

/** Makes a `Progress` with a clock that advances only in `wait`. */
function manualProgress() {
  let now = 0;
  const sleepers: { until: number; wake: () => void }[] = [];
  const reports: UploadProgress[] = [];
  const progress = createProgress({
    totalBytes: 100,
    now: () => now,
    sleep(milliseconds, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      sleepers.push({ until: now + milliseconds, wake: resolve });
      signal.addEventListener("abort", () => resolve());
      return promise;
    },
    report: (report) => reports.push(report),
  });
  return {
    progress,
    sent: () => reports.map(({ state, sentBytes }) => `${state} ${sentBytes}`),
    async wait(milliseconds: number) {
      now += milliseconds;
      for (const { until, wake } of sleepers) if (until <= now) wake();
      await Promise.resolve();
    },
  };
}

describe("the progress reports of an upload", () => {
  it("the progress of a stalled upload includes the bytes that were sent last", async () => {
    const { progress, sent, wait } = manualProgress();
    progress.enter("sending");
    const piece = progress.piece();
    piece.sent(10);
    piece.sent(40);
    expect(sent()).toEqual(["sending 0"]);
    await wait(99);
    expect(sent()).toEqual(["sending 0"]);
    await wait(1);
    expect(sent()).toEqual(["sending 0", "sending 40"]);
    await wait(1000);
    expect(sent()).toHaveLength(2);
  });

  it("the client reports a new state of an upload without a delay", async () => {
    const { progress, sent, wait } = manualProgress();
    progress.enter("sending");
    progress.piece().sent(100);
    progress.enter("ready");
    await wait(1000);
    expect(sent()).toEqual(["sending 0", "ready 100"]);
  });

  it("the progress of an upload contains the number of failures since the last success", async () => {
    const { progress, wait } = manualProgress();
    const fail = () => progress.piece().end({ kept: 0 });
    fail();
    fail();
    await wait(1_000);
    fail();
    expect(progress.current().failedSends).toBe(2);
    progress.piece().end({ kept: 50 });
    expect(progress.current().failedSends).toBe(0);
  });
});
