import { expect, it, onTestFinished, vi } from "vitest";
import type { Link } from "../links/link.ts";
import { shareByLink } from "./creators.ts";

const RIGHTS = { urlTtlSeconds: 60 };
const link = (id: string) => ({ id }) as Link;

/** Collects the calls of `ask`. The test resolves each call. */
function questionsOf() {
  const questions: (PromiseWithResolvers<typeof RIGHTS | undefined> & { id: string })[] = [];
  const ask = shareByLink(({ id }) => {
    const question = { id, ...Promise.withResolvers<typeof RIGHTS | undefined>() };
    questions.push(question);
    return question.promise;
  });
  return { questions, ask };
}

it("visits of a link that arrive during a check of its creator's rights share the next check", async () => {
  const { questions, ask } = questionsOf();
  const first = ask(link("a"));
  const others = Array.from({ length: 40 }, () => ask(link("a")));
  expect(questions).toHaveLength(1);
  questions[0]?.resolve(RIGHTS);
  expect(await first).toBe(RIGHTS);
  await expect.poll(() => questions.length).toBe(2);
  // The creator has lost the right after the first call.
  questions[1]?.resolve(undefined);
  expect(new Set(await Promise.all(others))).toEqual(new Set([undefined]));
  expect(questions).toHaveLength(2);
});

it("a later visit of a link checks the rights of its creator again", async () => {
  const { questions, ask } = questionsOf();
  for (const nth of [0, 1]) {
    const asked = ask(link("a"));
    questions[nth]?.resolve(RIGHTS);
    await asked;
  }
  expect(questions).toHaveLength(2);
});

it("a check of the creator's rights that hangs delays later visits of its link for at most a second", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { questions, ask } = questionsOf();
  const hanging = ask(link("a"));
  const later = ask(link("a"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(questions).toHaveLength(2);
  questions[1]?.resolve(RIGHTS);
  expect(await later).toBe(RIGHTS);
  questions[0]?.resolve(undefined);
  expect(await hanging).toBeUndefined();
  void ask(link("a"));
  expect(questions).toHaveLength(3);
});

it("a failed check of the creator's rights affects only the visits that share it", async () => {
  const { questions, ask } = questionsOf();
  const [first, second] = [ask(link("a")), ask(link("a"))];
  questions[0]?.reject(new Error("the database is down"));
  await expect(first).rejects.toThrow("the database is down");
  await expect.poll(() => questions.length).toBe(2);
  questions[1]?.resolve(RIGHTS);
  expect(await second).toBe(RIGHTS);
});

it("visits of different links do not wait for each other", () => {
  const { questions, ask } = questionsOf();
  void ask(link("a"));
  void ask(link("b"));
  expect(questions.map(({ id }) => id)).toEqual(["a", "b"]);
});
