import { expect, it } from "vitest";
import type { Tx } from "../database/queries.ts";
import { limitCountQueries } from "./in-database.ts";
import { createAllowance, createWindows } from "./in-memory.ts";

const problem = "Too much.";

function create(maxPeople?: number) {
  let now = 1_000_000;
  const clock = () => now;
  const allowance = createAllowance({ perSecond: 2, burst: 10 }, { clock, problem, ...(maxPeople && { maxPeople }) });
  return {
    ...allowance,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

const limited = (retryAfterSeconds: number) =>
  expect.objectContaining({ code: "rate_limited", message: problem, retryAfterSeconds });

it("a rate limit allows a burst of requests, and then requests at its rate", () => {
  const { take, advance } = create();
  take("ann", 10);
  expect(() => take("ann", 1)).toThrow(limited(1));
  expect(() => take("ann", 5)).toThrow(limited(3));
  advance(2_500);
  take("ann", 5);
  expect(() => take("ann", 1)).toThrow(limited(1));
});

it("a rate limit saves up unused requests only up to the burst", () => {
  const { take, advance } = create();
  advance(3_600_000);
  take("ann", 10);
  expect(() => take("ann", 1)).toThrow(limited(1));
});

it("a rate limit does not count any part of an amount that it refuses", () => {
  const { take } = create();
  take("ann", 8);
  expect(() => take("ann", 3)).toThrow(limited(1));
  take("ann", 2);
});

it("a rate limit counts each person separately", () => {
  const { take } = create();
  take("ann", 10);
  take("bob", 10);
});

it("a rate limit allows no extra requests when the clock goes back", () => {
  const { take, advance } = create();
  take("ann", 10);
  advance(-60_000);
  expect(() => take("ann", 1)).toThrow(limited(1));
  advance(500);
  take("ann", 1);
});

it("a rate limit remembers an active person among many other people", () => {
  const { take } = create(100);
  for (let nth = 0; nth < 10; nth += 1) {
    take("ann", 1);
    for (let other = 0; other < 40; other += 1) take(`other-${nth}-${other}`, 1);
  }
  expect(() => take("ann", 1)).toThrow(limited(1));
});

it("a rate limit forgets the oldest people when too many people use the service", () => {
  const { take } = create(100);
  take("ann", 10);
  for (let other = 0; other < 100; other += 1) take(`other-${other}`, 1);
  take("ann", 10);
});

/** Creates windows in a database where the rate limit of every holder is exhausted. `queries` returns the number of database queries. */
function createExhausted({ maxWindows }: { maxWindows: number }) {
  let now = 1_000_000;
  let queries = 0;
  const take = async () => {
    queries += 1;
    return { isTaken: false, expiresAt: now + 60_000 };
  };
  const none = () => Promise.reject(new Error("Not in this test."));
  const db = {
    built: new Map([[limitCountQueries, { take, takeEach: none, giveBack: none, reset: none, deleteExpired: none }]]),
  } as object as Tx;
  const takeOne = createWindows({ db, clock: () => now }, { problem, maxWindows });
  const limit = { name: "tries", max: 10, windowMs: 60_000 };
  return {
    refuse: (holder: string) => expect(takeOne(limit, holder)).rejects.toMatchObject({ code: "rate_limited" }),
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    queries: () => queries,
  };
}

it("an exhausted rate limit causes no query until its time window expires", async () => {
  const { refuse, advance, queries } = createExhausted({ maxWindows: 2 });
  for (let nth = 0; nth < 5; nth += 1) await refuse("ann");
  expect(queries()).toBe(1);
  advance(59_999);
  await refuse("ann");
  expect(queries()).toBe(1);
  advance(1);
  await refuse("ann");
  expect(queries()).toBe(2);
});

it("the list of exhausted rate limits drops its oldest limit when the list is full", async () => {
  const { refuse, queries } = createExhausted({ maxWindows: 2 });
  for (const holder of ["ann", "bob", "eve"]) await refuse(holder);
  for (const holder of ["bob", "eve"]) await refuse(holder);
  expect(queries()).toBe(3);
  await refuse("ann");
  expect(queries()).toBe(4);
});
