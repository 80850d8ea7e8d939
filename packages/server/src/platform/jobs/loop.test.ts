import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Loop, startLoop } from "./loop.ts";

describe("a background loop", () => {
  let rounds: PromiseWithResolvers<void>[];
  let errors: unknown[];
  let loop: Loop;
  beforeEach(() => {
    vi.useFakeTimers();
    rounds = [];
    errors = [];
    loop = startLoop({
      round() {
        const round = Promise.withResolvers<void>();
        rounds.push(round);
        return round.promise;
      },
      intervalMs: 1_000,
      onError: (error) => errors.push(error),
    });
  });
  afterEach(() => void vi.useRealTimers());

  it("a background loop runs a round at each interval", async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    rounds[0]?.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(rounds).toHaveLength(2);
  });

  it("a round of a background loop does not inherit the async context of `kick`", () => {
    const context = new AsyncLocalStorage<string>();
    let seen: string | undefined = "no round";
    const kicked = startLoop({
      async round() {
        seen = context.getStore();
      },
      intervalMs: 1_000,
      onError: (error) => errors.push(error),
    });
    context.run("request", kicked.kick);
    expect(seen).toBeUndefined();
  });

  it("all calls of `kick` during a round of a background loop cause one more round", async () => {
    loop.kick();
    loop.kick();
    loop.kick();
    expect(rounds).toHaveLength(1);
    rounds[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(rounds).toHaveLength(2);
    rounds[1]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(rounds).toHaveLength(2);
  });

  it("a background loop continues after a failed round", async () => {
    loop.kick();
    rounds[0]?.reject("no bucket");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(errors).toEqual(["no bucket"]);
    expect(rounds).toHaveLength(2);
  });

  it("the stop of a background loop waits for the running round", async () => {
    loop.kick();
    let isStopped = false;
    const stopped = loop.stop().then(() => {
      isStopped = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(isStopped).toBe(false);
    rounds[0]?.resolve();
    await stopped;
  });

  it("a background loop starts no round after its stop", async () => {
    await loop.stop();
    loop.kick();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(rounds).toEqual([]);
  });
});
