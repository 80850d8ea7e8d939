import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startFormCollection } from "./form-collection.ts";

const IDLE = 30_000;

describe("looking for the files of forms", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function collectionOf(next: () => number | undefined | Error) {
    const looks: number[] = [];
    const errors: unknown[] = [];
    const collection = startFormCollection({
      useCases: () => ({
        async collectForms() {
          looks.push(Date.now());
          const answer = next();
          if (answer instanceof Error) throw answer;
          return answer;
        },
      }),
      idleMs: IDLE,
      clock: Date.now,
      onError: (error) => errors.push(error),
    });
    const start = Date.now();
    return { collection, errors, times: () => looks.map((at) => at - start) };
  }

  it("happens when a form is due, and else at the idle pace", async () => {
    const answers = [Date.now() + 1_000, Date.now() + 2_500, undefined, Date.now() + 10 * IDLE];
    const { collection, times } = collectionOf(() => answers.shift());
    collection.kick();
    await vi.advanceTimersByTimeAsync(2 * IDLE + 2_600);
    expect(times()).toEqual([0, 1_000, 2_500, IDLE + 2_500, 2 * IDLE + 2_500]);
    await collection.stop();
  });

  it("happens at once when a form was signed, one look at a time, and also without that: another replica may have gone", async () => {
    const { collection, times } = collectionOf(() => undefined);
    await vi.advanceTimersByTimeAsync(IDLE);
    expect(times()).toEqual([IDLE]);
    for (let nth = 0; nth < 3; nth++) collection.kick();
    await vi.advanceTimersByTimeAsync(0);
    expect(times()).toEqual([IDLE, IDLE, IDLE]);
    await collection.stop();
  });

  it("goes on after a failure, and ends when it is stopped", async () => {
    const { collection, errors, times } = collectionOf(() => new Error("no bucket"));
    collection.kick();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(times()).toEqual([0, 2_000, 4_000]);
    expect(errors).toHaveLength(3);
    await collection.stop();
    collection.kick();
    await vi.advanceTimersByTimeAsync(10 * IDLE);
    expect(times()).toHaveLength(3);
  });
});
