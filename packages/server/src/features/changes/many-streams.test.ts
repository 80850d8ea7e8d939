import { expect, it, onTestFinished, vi } from "vitest";
import { createStreams } from "./index.ts";

/** A page of the web app closes a stream after 40 seconds without an event (packages/web/src/service/live-updates.ts). */
const QUIET_MS = 40_000;

it("each of 500 streams of changes gets an event within 40 s if a poll takes 200 ms", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const streams = createStreams();
  onTestFinished(() => streams.close());
  const poll = () => new Promise<{ changed: []; state: string }>((resolve) => setTimeout(resolve, 200, NOTHING));
  let longest = 0;
  // The first minute does not count, because the service must first learn how long a round takes.
  const measuresFrom = performance.now() + 60_000;
  for (let nth = 0; nth < 500; nth += 1) {
    const body = streams.open({ userId: `user-${nth}`, poll, identify: async () => undefined }, NOTHING);
    let last = performance.now();
    body.on("data", () => {
      if (last > measuresFrom) longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    });
  }
  await vi.advanceTimersByTimeAsync(200_000);
  expect(longest).toBeGreaterThan(10_000);
  expect(longest).toBeLessThan(QUIET_MS);
});

const NOTHING = { changed: [] as [], state: "a.b" };
