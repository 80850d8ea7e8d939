import pino from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ClaimedCheck } from "../usecases/ports/index.ts";
import { startVerification } from "./verification.ts";

const SECOND = 1_000;
const MAX_RUNNING = 4;

type Running = { check: ClaimedCheck; signal: AbortSignal; finish(): void; fail(error: Error): void };

/** A verification of a queue in memory. Its checks run until a test ends them. */
function verificationOf(count: number) {
  const queue = Array.from({ length: count }, (_, nth) => sampleCheck(`file ${nth}`));
  const running: Running[] = [];
  const errors: { err: { message: string }; attachmentId: string }[] = [];
  const renewed: string[] = [];
  let isOurs = true;
  const verification = startVerification({
    useCases: {
      claimCheck: async () => queue.shift(),
      renewCheck: async ({ attachmentId }) => {
        renewed.push(attachmentId);
        return isOurs;
      },
      runCheck: (check, { signal } = {}) =>
        new Promise<void>((resolve, reject) => {
          if (signal === undefined) throw new Error("A check needs a signal");
          running.push({ check, signal, finish: resolve, fail: reject });
          signal.addEventListener("abort", () => resolve());
        }),
    },
    logger: pino({}, { write: (line) => errors.push(JSON.parse(line)) }),
  });
  onTestFinished(() => verification.stop());
  const loseLease = () => {
    isOurs = false;
  };
  return { verification, queue, running, errors, renewed, loseLease };
}

function sampleCheck(attachmentId: string): ClaimedCheck {
  return { attachmentId, etag: "", needsScan: false, holder: "me", attempts: 1 };
}

describe("the verification in the background", () => {
  it("runs a bounded number of checks, and the next when one ends or fails", async () => {
    const { verification, running, errors } = verificationOf(MAX_RUNNING + 2);
    verification.kick();
    await vi.waitFor(() => expect(running).toHaveLength(MAX_RUNNING));
    running[0]?.finish();
    await vi.waitFor(() => expect(running).toHaveLength(MAX_RUNNING + 1));
    running[1]?.fail(new Error("no bucket"));
    await vi.waitFor(() => expect(running).toHaveLength(MAX_RUNNING + 2));
    expect(errors).toMatchObject([{ err: { message: "no bucket" }, attachmentId: "file 1" }]);
  });

  it("hands back the running checks and claims no more when it stops", async () => {
    const { verification, running, queue } = verificationOf(MAX_RUNNING + 3);
    verification.kick();
    await vi.waitFor(() => expect(running).toHaveLength(MAX_RUNNING));
    await verification.stop();
    expect(running.every(({ signal }) => signal.aborted)).toBe(true);
    verification.kick();
    expect(queue).toHaveLength(3);
  });

  it("renews the lease of a running check, and aborts the check when the lease is lost", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { running, renewed, loseLease } = verificationOf(1);
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    expect(running).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    expect(renewed).toEqual(["file 0", "file 0"]);
    expect(running[0]?.signal.aborted).toBe(false);
    loseLease();
    await vi.advanceTimersByTimeAsync(15 * SECOND);
    expect(running[0]?.signal.aborted).toBe(true);
  });
});
