import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Call } from "../call.ts";
import { type LineRequest, openLines } from "./lines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => undefined);

function requestOf(item: string, { items = "uploadIds", alone = async () => item }: Partial<LineRequest<string>> = {}) {
  return { path: "/batch", items, item, alone, read: ({ file }: { file?: unknown }) => file as string | undefined };
}

it("completion requests wait at most 25 seconds for an earlier completion request", async () => {
  const bodies: unknown[] = [];
  const call = async (_method: string, _path: string, options?: { body?: unknown }) => {
    bodies.push(options?.body);
    return { files: [{ file: "c" }, { file: "d" }] };
  };
  const { ask } = openLines(call as Call);
  const hung = ask(requestOf("a", { alone: () => never }));
  await vi.advanceTimersByTimeAsync(0);
  const others = Promise.all([ask(requestOf("c")), ask(requestOf("d"))]);
  await vi.advanceTimersByTimeAsync(24_000);
  expect(bodies).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await others).toEqual(["c", "d"]);
  expect(bodies).toEqual([{ uploadIds: ["c", "d"] }]);
  expect(await Promise.race([hung, "still running"])).toBe("still running");
});

it.each([null, {}, { uploads: [{}, {}] }])(
  "the start of a batch of uploads fails if the response of the service is %j",
  async (response) => {
    const { ask } = openLines((async () => response) as Call);
    const outcomes = Promise.allSettled(["b", "c"].map((item) => ask(requestOf(item, { items: "uploads" }))));
    await vi.advanceTimersByTimeAsync(0);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "invalid_response" } });
    }
  },
);

/** Opens lines with a fake service, whose file for an upload is the id of this upload. `batches`: the upload ids of each request. */
function echoing() {
  const batches: string[][] = [];
  const call = async (_method: string, _path: string, { body }: { body?: unknown } = {}) => {
    const { uploadIds } = body as { uploadIds: string[] };
    batches.push(uploadIds);
    return { files: uploadIds.map((file) => ({ file })) };
  };
  return { ...openLines(call as Call), batches };
}

it("one request completes all uploads whose bytes arrived at the same time", async () => {
  const { ask, batches } = echoing();
  const answers = Promise.all(["a", "b", "c"].map((item) => ask(requestOf(item))));
  await vi.advanceTimersByTimeAsync(0);
  expect(await answers).toEqual(["a", "b", "c"]);
  expect(batches).toEqual([["a", "b", "c"]]);
});

it("while all bucket connections are busy, a batch request waits for 20 files or 50 ms", async () => {
  const { ask, batches, puts } = echoing();
  await puts.take(8, new AbortController().signal);
  void ask(requestOf("a"));
  await vi.advanceTimersByTimeAsync(49);
  expect(batches).toEqual([]);
  void ask(requestOf("b"));
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([["a", "b"]]);
  const many = Array.from({ length: 20 }, (_, nth) => `file ${nth}`);
  for (const item of many) void ask(requestOf(item));
  await vi.advanceTimersByTimeAsync(0);
  expect(batches[1]).toEqual(many);
});
