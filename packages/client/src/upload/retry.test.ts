import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ErrorCode, retryDelayMs, ValetKeyError } from "../errors.ts";
import type { Platform } from "../platform.ts";
import { createPauseGate, createRetry } from "./retry.ts";

/** Makes a platform whose clock advances only in `sleep`, and whose connection the test controls. */
function manualPlatform() {
  let now = 0;
  const slept: number[] = [];
  const listeners = new Set<() => void>();
  const platform = {
    now: () => now,
    random: () => 0.5,
    network: {
      isOnline: () => state.isOnline,
      onOnline(listener: () => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    async sleep(milliseconds: number, signal: AbortSignal) {
      slept.push(milliseconds);
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => resolve());
      if (state.isOnline) resolve();
      await promise;
      now += state.isOnline ? milliseconds : 0;
    },
  } as unknown as Platform;
  const state = {
    isOnline: true,
    comeOnline() {
      state.isOnline = true;
      for (const listener of listeners) listener();
    },
  };
  return { platform, slept, state };
}

function retryOn(platform: Platform, options: { giveUpAfterMs?: number; signal?: AbortSignal } = {}) {
  const { giveUpAfterMs = 60_000, signal = new AbortController().signal } = options;
  const gate = createPauseGate();
  const seen: string[] = [];
  const onWaiting = ({ attempts, waiting }: { attempts: number; waiting: number }) =>
    seen.push(`${waiting}/${attempts}`);
  return { gate, seen, retry: createRetry({ platform, gate, signal, giveUpAfterMs, onWaiting }) };
}

const failing = (times: number, error: Error) => {
  let left = times;
  return async () => {
    if (left-- > 0) throw error;
    return "done";
  };
};

describe("an attempt that fails", () => {
  it.each<[ErrorCode, number | undefined]>([
    ["network", undefined],
    ["bucket_unavailable", 503],
    ["bucket_unavailable", 400],
    ["internal", 500],
    ["invalid_response", 502],
    ["rate_limited", 429],
    ["request_timeout", 408],
    ["scanner_unavailable", 503],
  ])("an upload retries an attempt that fails with the code %s and the status %s", async (code, status) => {
    const { platform, slept } = manualPlatform();
    const { retry } = retryOn(platform);
    expect(await retry(failing(4, new ValetKeyError(code, "", { status })))).toBe("done");
    expect(slept).toEqual([250, 500, 1000, 2000]);
  });

  it.each<[ErrorCode, number | undefined]>([
    ["access_denied", 403],
    ["note_not_found", 404],
    ["upload_rejected", 422],
    ["quota_exceeded", 413],
    ["unauthenticated", 401],
    ["invalid_response", 200],
    ["bucket_refused", 400],
    ["file_unreadable", undefined],
  ])("an upload does not retry an attempt that fails with the code %s and the status %s", async (code, status) => {
    const { platform, slept } = manualPlatform();
    const { retry } = retryOn(platform);
    await expect(retry(failing(1, new ValetKeyError(code, "", { status })))).rejects.toMatchObject({ code });
    expect(slept).toEqual([]);
  });

  it("an upload fails with its last error after giveUpAfterMs without a success", async () => {
    const { platform, slept } = manualPlatform();
    const { retry } = retryOn(platform, { giveUpAfterMs: 60_000 });
    await expect(retry(failing(1000, new ValetKeyError("network", "")))).rejects.toMatchObject({ code: "network" });
    const total = slept.reduce((sum, pause) => sum + pause, 0);
    expect(total).toBeGreaterThan(60_000);
    expect(total).toBeLessThan(90_000);
  });

  it("an upload continues to retry an attempt while its other requests succeed", async () => {
    const { platform } = manualPlatform();
    const { retry } = retryOn(platform, { giveUpAfterMs: 10_000 });
    const slow = retry(async () => {
      await retry(async () => undefined);
      return failsSixTimes();
    });
    const failsSixTimes = failing(6, new ValetKeyError("network", ""));
    expect(await slow).toBe("done");
  });

  it("an upload waits while the browser is offline, and continues when it is online", async () => {
    const { platform, state } = manualPlatform();
    const { retry, seen } = retryOn(platform, { giveUpAfterMs: 0 });
    state.isOnline = false;
    let attempts = 0;
    const done = retry(async () => {
      attempts += 1;
      return "done";
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(attempts).toBe(0);
    expect(seen.at(-1)).toBe("1/1");
    state.comeOnline();
    expect(await done).toBe("done");
  });

  it("an upload that resumes after a pause repeats the interrupted attempt", async () => {
    const { platform } = manualPlatform();
    const { retry, gate } = retryOn(platform);
    let attempts = 0;
    const done = retry((signal) => {
      attempts += 1;
      if (attempts === 2) return Promise.resolve("done");
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new ValetKeyError("aborted", ""))),
      );
    });
    await new Promise((resolve) => setImmediate(resolve));
    gate.pause();
    await new Promise((resolve) => setImmediate(resolve));
    expect(attempts).toBe(1);
    gate.resume();
    expect(await done).toBe("done");
  });

  it("an abort of a paused upload rejects the waiting attempt with the code `aborted`", async () => {
    const { platform } = manualPlatform();
    const controller = new AbortController();
    const { retry, gate } = retryOn(platform, { signal: controller.signal });
    gate.pause();
    const done = retry(async () => "done");
    controller.abort();
    await expect(done).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("the wait between two attempts", () => {
  it("the wait before a retry is Retry-After plus a random time below a growing limit", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat(60),
        fc.nat(3600),
        (random, failures, after) => {
          const pause = retryDelayMs({ random: () => random }, { failures, retryAfterSeconds: after });
          expect(pause).toBeGreaterThanOrEqual(after * 1000);
          expect(pause - after * 1000).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** failures));
        },
      ),
    );
  });
});
