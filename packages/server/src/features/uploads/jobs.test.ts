import pino from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { FileJob } from "../attachments/file-job-queries.ts";
import { startVerification } from "./jobs.ts";

const SECOND = 1_000;
const MAX_RUNNING = 4;

type Options = Parameters<Parameters<typeof startVerification>[0]["useCases"]["runVerification"]>[1] & object;
type Running = Options & { leased: FileJob; signal: AbortSignal; finish(): void; fail(error: Error): void };

/** Starts verifications from a queue in memory. Each verification runs until the end of the test. */
function verificationOf(count: number) {
  const queue = Array.from({ length: count }, (_, nth) => sampleVerification(`file ${nth}`));
  const running: Running[] = [];
  const errors: { err: { message: string }; attachmentId: string }[] = [];
  const renewed: string[] = [];
  let isOurs: boolean | Promise<boolean> = true;
  const verification = startVerification({
    useCases: {
      leaseVerification: async () => queue.shift(),
      renewVerification: async ({ attachmentId }) => {
        renewed.push(attachmentId);
        return isOurs;
      },
      runVerification: (leased, { signal, ...options } = {}) =>
        new Promise<void>((resolve, reject) => {
          if (signal === undefined) throw new Error("A verification needs a signal");
          running.push({ ...options, leased, signal, finish: resolve, fail: reject });
          signal.addEventListener("abort", () => resolve());
        }),
    },
    logger: pino({}, { write: (line) => errors.push(JSON.parse(line)) }),
  });
  onTestFinished(() => verification.stop());
  const answerRenewals = (answer: typeof isOurs) => {
    isOurs = answer;
  };
  return { verification, queue, running, errors, renewed, answerRenewals };
}

function sampleVerification(attachmentId: string): FileJob {
  return { attachmentId, kind: "verification", attempts: 1, detail: "" };
}

describe("the background job for verifications", () => {
  it("the verification job runs only a limited number of verifications in parallel", async () => {
    const { verification, running, errors } = verificationOf(MAX_RUNNING + 2);
    verification.kick();
    await expect.poll(() => running).toHaveLength(MAX_RUNNING);
    running[0]?.finish();
    await expect.poll(() => running).toHaveLength(MAX_RUNNING + 1);
    running[1]?.fail(new Error("no bucket"));
    await expect.poll(() => running).toHaveLength(MAX_RUNNING + 2);
    expect(errors).toMatchObject([{ err: { message: "no bucket" }, attachmentId: "file 1" }]);
  });

  it("the verification job aborts the running verifications when it stops", async () => {
    const { verification, running, queue } = verificationOf(MAX_RUNNING + 3);
    verification.kick();
    await expect.poll(() => running).toHaveLength(MAX_RUNNING);
    await verification.stop();
    expect(running.every(({ signal }) => signal.aborted)).toBe(true);
    verification.kick();
    expect(queue).toHaveLength(3);
  });

  it("the verification job renews the lease of a running verification", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { running, renewed, answerRenewals } = verificationOf(1);
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    expect(running).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    expect(renewed).toEqual(["file 0", "file 0"]);
    expect(running[0]?.signal.aborted).toBe(false);
    answerRenewals(false);
    await vi.advanceTimersByTimeAsync(15 * SECOND);
    expect(running[0]?.signal.aborted).toBe(true);
  });

  it("no renewal of a lease follows the release of the lease", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { running, renewed, answerRenewals } = verificationOf(1);
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    const slow = Promise.withResolvers<boolean>();
    answerRenewals(slow.promise);
    await vi.advanceTimersByTimeAsync(15 * SECOND);
    let mayRelease = false;
    void running[0]?.beforeRelease?.().then(() => {
      mayRelease = true;
    });
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    expect({ renewed, mayRelease }).toEqual({ renewed: ["file 0"], mayRelease: false });
    slow.resolve(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(mayRelease).toBe(true);
    running[0]?.finish();
  });
});
