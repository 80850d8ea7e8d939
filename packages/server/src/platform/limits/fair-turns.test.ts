import { expect, it } from "vitest";
import { createFairTurns } from "./fair-turns.ts";

/** Creates fair turns for searches. A search runs until the test calls `end`. `started`: the names of the started searches, in order. */
function startTurns({ atOnce }: { atOnce: number }) {
  const turns = createFairTurns({ atOnce, ofHolder: 5, problem: "Wait." });
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const search = (userId: string, name: string, signal?: AbortSignal) =>
    turns.run({ holder: userId, signal }, async () => {
      started.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  const endNext = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    ends.shift()?.();
  };
  return { search, started, endNext };
}

it("the search of another person runs before the second search of the first person", async () => {
  const { search, started, endNext } = startTurns({ atOnce: 1 });
  const all = [search("ann", "a1"), search("ann", "a2"), search("ann", "a3"), search("ben", "b1"), search("ben", "b2")];
  for (const _ of all) await endNext();
  expect(await Promise.all(all)).toEqual(["a1", "a2", "a3", "b1", "b2"]);
  expect(started).toEqual(["a1", "b1", "a2", "b2", "a3"]);
});

it("only one search of a person runs at a time, even if more searches could run", async () => {
  const { search, started, endNext } = startTurns({ atOnce: 3 });
  const all = [search("ann", "a1"), search("ann", "a2"), search("ben", "b1")];
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toEqual(["a1", "b1"]);
  for (const _ of all) await endNext();
  expect(started).toEqual(["a1", "b1", "a2"]);
  await Promise.all(all);
});

it("a search is refused while four other searches of the same person wait", async () => {
  const { search, endNext } = startTurns({ atOnce: 1 });
  const all = Array.from({ length: 5 }, (_, nth) => search("ann", `a${nth}`));
  await expect(search("ann", "a5")).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
  const other = search("ben", "b0");
  for (let nth = 0; nth < 6; nth += 1) await endNext();
  expect(await Promise.all([...all, other])).toHaveLength(6);
});

it("a waiting search never runs if its client disconnects", async () => {
  const { search, started, endNext } = startTurns({ atOnce: 1 });
  const client = new AbortController();
  const first = search("ann", "a1");
  const dropped = search("ann", "a2", client.signal);
  const last = search("ann", "a3");
  client.abort();
  await expect(dropped).rejects.toMatchObject({ code: "invalid_request" });
  await expect(search("ann", "a4", client.signal)).rejects.toMatchObject({ code: "invalid_request" });
  for (let nth = 0; nth < 2; nth += 1) await endNext();
  await Promise.all([first, last]);
  expect(started).toEqual(["a1", "a3"]);
});

it("the next search of a person runs after a failed search", async () => {
  const turns = createFairTurns({ atOnce: 1, ofHolder: 5, problem: "Wait." });
  const ann = { holder: "ann", signal: undefined };
  const failing = turns.run(ann, () => Promise.reject(new Error("broken")));
  const next = turns.run(ann, async () => "found");
  await expect(failing).rejects.toThrow("broken");
  expect(await next).toBe("found");
});
