import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ErrorCode, ValetKeyError } from "../errors.ts";
import type { Platform } from "../platform.ts";
import { createGate } from "./gate.ts";
import { createPersist, pauseMs } from "./persist.ts";

/** A platform whose time passes only in sleep, and whose connection the test decides on. */
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

function persistOn(platform: Platform, options: { giveUpAfterMs?: number; signal?: AbortSignal } = {}) {
  const { giveUpAfterMs = 60_000, signal = new AbortController().signal } = options;
  const gate = createGate();
  const seen: string[] = [];
  const onWaiting = ({ attempts, waiting }: { attempts: number; waiting: number }) =>
    seen.push(`${waiting}/${attempts}`);
  return { gate, seen, persist: createPersist({ platform, gate, signal, giveUpAfterMs, onWaiting }) };
}

const failing = (times: number, error: Error) => {
  let left = times;
  return async () => {
    if (left-- > 0) throw error;
    return "done";
  };
};

describe("what is tried again", () => {
  it.each<[ErrorCode, number | undefined]>([
    ["network", undefined],
    ["bucket_unavailable", 503],
    ["bucket_unavailable", 400],
    ["internal", 500],
    ["invalid_answer", 502],
    ["rate_limited", 429],
    ["request_timeout", 408],
    ["scanner_unavailable", 503],
  ])("%s (%s), with growing pauses", async (code, status) => {
    const { platform, slept } = manualPlatform();
    const { persist } = persistOn(platform);
    expect(await persist(failing(4, new ValetKeyError(code, "", { status })))).toBe("done");
    expect(slept).toEqual([250, 500, 1000, 2000]);
  });

  it.each<[ErrorCode, number | undefined]>([
    ["access_denied", 403],
    ["note_not_found", 404],
    ["upload_rejected", 422],
    ["quota_exceeded", 413],
    ["unauthenticated", 401],
    ["invalid_answer", 200],
    ["bucket_refused", 400],
    ["file_unreadable", undefined],
  ])("%s (%s) is not", async (code, status) => {
    const { platform, slept } = manualPlatform();
    const { persist } = persistOn(platform);
    await expect(persist(failing(1, new ValetKeyError(code, "", { status })))).rejects.toMatchObject({ code });
    expect(slept).toEqual([]);
  });

  it("ends with the last error when nothing has succeeded for too long", async () => {
    const { platform, slept } = manualPlatform();
    const { persist } = persistOn(platform, { giveUpAfterMs: 60_000 });
    await expect(persist(failing(1000, new ValetKeyError("network", "")))).rejects.toMatchObject({ code: "network" });
    const total = slept.reduce((sum, pause) => sum + pause, 0);
    expect(total).toBeGreaterThan(60_000);
    expect(total).toBeLessThan(90_000);
  });

  it("goes on as long as another request of the same upload succeeds", async () => {
    const { platform } = manualPlatform();
    const { persist } = persistOn(platform, { giveUpAfterMs: 10_000 });
    const slow = persist(async () => {
      await persist(async () => undefined);
      return failsSixTimes();
    });
    const failsSixTimes = failing(6, new ValetKeyError("network", ""));
    expect(await slow).toBe("done");
  });

  it("waits without a connection, for as long as that takes, and goes on at once when it is there", async () => {
    const { platform, state } = manualPlatform();
    const { persist, seen } = persistOn(platform, { giveUpAfterMs: 0 });
    state.isOnline = false;
    let attempts = 0;
    const done = persist(async () => {
      attempts += 1;
      return "done";
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(attempts).toBe(0);
    expect(seen.at(-1)).toBe("1/1");
    state.comeOnline();
    expect(await done).toBe("done");
  });

  it("is stopped by a pause, and made again after it", async () => {
    const { platform } = manualPlatform();
    const { persist, gate } = persistOn(platform);
    let attempts = 0;
    const done = persist((signal) => {
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

  it("is over when it is aborted, in a pause too", async () => {
    const { platform } = manualPlatform();
    const controller = new AbortController();
    const { persist, gate } = persistOn(platform, { signal: controller.signal });
    gate.pause();
    const done = persist(async () => "done");
    controller.abort();
    await expect(done).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("a pause between attempts", () => {
  it("is anywhere up to a limit that doubles to 30 s, after what the service asked for", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat(60),
        fc.nat(3600),
        (random, failures, after) => {
          const pause = pauseMs({ random: () => random }, { failures, retryAfterSeconds: after });
          expect(pause).toBeGreaterThanOrEqual(after * 1000);
          expect(pause - after * 1000).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** failures));
        },
      ),
    );
  });
});
