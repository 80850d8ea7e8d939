import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ClaimedVerification } from "../usecases/ports/index.ts";
import { startChecking } from "./verification.ts";

const SECOND = 1_000;

type Running = { check: ClaimedVerification; signal: AbortSignal; finish(): void; fail(error: Error): void };

/** Use cases with a queue in memory, whose checks run until a test ends them. */
function queueOf(count: number) {
  const queue = Array.from({ length: count }, (_, nth) => sampleCheck(`file ${nth}`));
  const running: Running[] = [];
  const errors: unknown[] = [];
  const renewed: string[] = [];
  let isOurs = true;
  const checking = startChecking({
    useCases: () => ({
      claimVerification: async () => queue.shift(),
      renewVerification: async ({ attachmentId }) => {
        renewed.push(attachmentId);
        return isOurs;
      },
      runVerification: (check, { signal } = {}) =>
        new Promise<void>((resolve, reject) => {
          if (signal === undefined) throw new Error("A check needs a signal");
          running.push({ check, signal, finish: resolve, fail: reject });
          signal.addEventListener("abort", () => resolve());
        }),
    }),
    atOnce: 2,
    intervalMs: 5 * SECOND,
    renewMs: 15 * SECOND,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => checking.stop());
  return {
    ...{ checking, queue, running, errors, renewed },
    lose: () => {
      isOurs = false;
    },
  };
}

function sampleCheck(attachmentId: string): ClaimedVerification {
  return { attachmentId, etag: "", needsScan: false, holder: "me", attempts: 1 };
}

describe("checking in the background", () => {
  it("runs a bounded number side by side, and the next when one ends or fails", async () => {
    const { checking, running, errors } = queueOf(4);
    checking.kick();
    await vi.waitFor(() => expect(running).toHaveLength(2));
    running[0]?.finish();
    await vi.waitFor(() => expect(running).toHaveLength(3));
    running[1]?.fail(new Error("As told"));
    await vi.waitFor(() => expect(running).toHaveLength(4));
    expect(errors).toMatchObject([{ message: "As told" }]);
  });

  it("stops: tells what is under way, waits for it, and takes no more", async () => {
    const { checking, running, queue } = queueOf(5);
    checking.kick();
    await vi.waitFor(() => expect(running).toHaveLength(2));
    await checking.stop();
    expect(running.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    checking.kick();
    expect(queue).toHaveLength(3);
  });

  it("looks by itself, renews what goes on, and drops what another holder has taken", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { running, renewed, lose } = queueOf(1);
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    expect(running).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    expect(renewed).toEqual(["file 0", "file 0"]);
    expect(running[0]?.signal.aborted).toBe(false);
    lose();
    await vi.advanceTimersByTimeAsync(15 * SECOND);
    expect(running[0]?.signal.aborted).toBe(true);
  });
});
