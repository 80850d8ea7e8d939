import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Call } from "../call.ts";
import { type LineRequest, openLines } from "./lines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => undefined);

function requestOf(item: string, { items = "uploadIds", alone = async () => item }: Partial<LineRequest<string>> = {}) {
  return { path: "/batch", items, item, alone, read: ({ file }: { file?: unknown }) => file as string | undefined };
}

it("completions do not wait for a request without a response for longer than 25 seconds", async () => {
  const bodies: unknown[] = [];
  const call = async (_method: string, _path: string, options?: { body?: unknown }) => {
    bodies.push(options?.body);
    return { files: [{ file: "c" }, { file: "d" }] };
  };
  const { ask } = openLines(call as Call);
  const hung = ask(requestOf("a", { alone: () => never }));
  const others = Promise.all([ask(requestOf("c")), ask(requestOf("d"))]);
  await vi.advanceTimersByTimeAsync(24_000);
  expect(bodies).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await others).toEqual(["c", "d"]);
  expect(bodies).toEqual([{ uploadIds: ["c", "d"] }]);
  expect(await Promise.race([hung, "still running"])).toBe("still running");
});

it.each([null, {}, { uploads: [{}, {}] }])("a batch of starts with the response %j fails", async (response) => {
  const { ask } = openLines((async () => response) as Call);
  const [first, ...others] = ["a", "b", "c"].map((item) => ask(requestOf(item, { items: "uploads" })));
  const outcomes = Promise.allSettled(others);
  await first;
  await vi.advanceTimersByTimeAsync(0);
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "invalid_response" } });
  }
});
