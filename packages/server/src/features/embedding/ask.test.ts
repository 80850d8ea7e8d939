import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AskFault, createAsk } from "./ask.ts";
import type { Resource } from "./types.ts";

const user = { id: "ann" };
const item = { resource: "invoice", itemId: "42" };

describe("the access to one item", () => {
  let faults: AskFault[];
  beforeEach(() => {
    faults = [];
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  function asking(may: unknown, options: Partial<Resource> = {}) {
    const resources = { invoice: { may, ...options } as Resource };
    return createAsk({ resources, onFault: (fault) => faults.push(fault) });
  }

  it("requirement 38: an action is permitted only if the application's `may` returns true", async () => {
    expect(await asking(() => true).may(user, "read", item)).toBe(true);
    expect(await asking(async () => true).may(user, "read", item)).toBe(true);
    expect(await asking(() => false).may(user, "read", item)).toBe(false);
    expect(faults).toEqual([]);
  });

  it.each([
    ["an object", {}],
    ["a text", "yes"],
    ["a number", 1],
    ["null", null],
    ["a Boolean object", new Boolean(true)],
    ["an array", [true]],
    ["a function", () => true],
  ])("requirement 38: an action is refused if the application's `may` returns %s", async (_, value) => {
    expect(await asking(() => value).may(user, "read", item)).toBe(false);
    expect(await asking(async () => value).may(user, "read", item)).toBe(false);
    expect(faults).toMatchObject([
      { resource: "invoice", action: "read", error: expect.any(TypeError) },
      { resource: "invoice", action: "read", error: expect.any(TypeError) },
    ]);
  });

  it("the service reports only one fault if the application's `may` always returns undefined", async () => {
    const ask = asking(() => undefined);
    expect([await ask.may(user, "read", item), await ask.may(user, "add", item)]).toEqual([false, false]);
    expect(faults).toMatchObject([{ error: { message: "may() must return true or false, and not undefined." } }]);
  });

  it("a resource allows no links if its application has no function mayShare", async () => {
    expect(await asking(() => true).mayShare(user, item)).toBe(false);
    expect(faults).toEqual([]);
  });

  it.each([
    ["an error", new Error("no")],
    ["a text", "no"],
    ["true", true],
    ["undefined", undefined],
  ])("requirement 38: an action is refused if the application's `may` throws %s", async (_, thrown) => {
    const throwing = asking(() => {
      throw thrown;
    });
    expect(await throwing.may(user, "add", item)).toBe(false);
    expect(await asking(() => Promise.reject(thrown)).may(user, "add", item)).toBe(false);
    expect(faults).toHaveLength(2);
  });

  it("requirement 38: an action is refused if the application's `may` takes 5 seconds", async () => {
    const decision = asking(() => new Promise(() => undefined)).may(user, "read", item);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(faults).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await decision).toBe(false);
    expect(faults).toHaveLength(1);
  });

  it.each([
    ["mayShare", "share"],
    ["mayRequest", "request"],
  ] as const)("requirement 38: an action is refused if the application's %s takes 5 seconds", async (name, action) => {
    const decision = asking(() => true, { [name]: () => new Promise(() => undefined) })[name](user, item);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await decision).toBe(false);
    expect(faults).toMatchObject([{ resource: "invoice", action }]);
  });

  it("requirement 38: mayRequest is not called for a user who may not add files", async () => {
    const mayRequest = vi.fn(() => true);
    expect(await asking((_: unknown, action: string) => action !== "add", { mayRequest }).mayRequest(user, item)).toBe(
      false,
    );
    expect(mayRequest).not.toHaveBeenCalled();
  });

  it("requirement 38: a `true` that the application's `may` returns after 5 seconds is ignored", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const decision = asking(() => promise).may(user, "read", item);
    await vi.advanceTimersByTimeAsync(5_000);
    resolve(true);
    expect(await decision).toBe(false);
  });

  it("an action is permitted if the application's `may` returns true after 4.9 seconds", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const decision = asking(() => promise).may(user, "read", item);
    await vi.advanceTimersByTimeAsync(4_900);
    resolve(true);
    expect(await decision).toBe(true);
  });

  it("requirement 38: each check of the access to an item calls the application's `may`", async () => {
    const may = vi.fn<() => boolean>().mockReturnValueOnce(true).mockReturnValue(false);
    const ask = asking(may);
    expect([await ask.may(user, "read", item), await ask.may(user, "read", item)]).toEqual([true, false]);
  });

  it.each(["contract", "constructor", "__proto__", "toString"])(
    "an action on the unknown resource %s is refused even if `may` would return true",
    async (resource) => {
      expect(await asking(() => true).may(user, "read", { resource, itemId: "42" })).toBe(false);
    },
  );
});

describe("the access to many items", () => {
  const items = ["1", "2", "1"].map((itemId) => ({ resource: "invoice", itemId }));
  const faults: AskFault[] = [];
  const idsOf = (found: Set<{ itemId: string }>) => [...found].map(({ itemId }) => itemId);

  function asking(resource: Partial<Record<keyof Resource, unknown>>) {
    faults.length = 0;
    const resources = { invoice: { may: () => false, ...resource } as Resource };
    return createAsk({ resources, onFault: (fault) => faults.push(fault), askWithinMs: 50 });
  }

  it("one call of mayMany decides the access to many items", async () => {
    const mayMany = vi.fn(() => new Set(["1"]));
    expect(idsOf(await asking({ mayMany }).mayMany(user, "read", items))).toEqual(["1", "1"]);
    expect(mayMany.mock.calls).toEqual([[user, "read", ["1", "2"]]]);
  });

  it("without mayMany, `may` decides the access to each of many items", async () => {
    const may = (_user: unknown, _action: unknown, id: string) => id === "2";
    expect(idsOf(await asking({ may }).mayMany(user, "read", items))).toEqual(["2"]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("no"))],
    ["hangs", () => new Promise(() => undefined)],
    ["returns true", () => true],
    ["returns an object", () => ({ "1": true })],
    ["returns a text", () => "12"],
  ])("requirement 38: the service refuses access to all items if mayMany %s", async (_, mayMany) => {
    expect(idsOf(await asking({ mayMany }).mayMany(user, "read", items))).toEqual([]);
    expect(faults).toHaveLength(1);
  });

  it("requirement 38: access to one of many items is refused if its call of `may` hangs", async () => {
    const may = vi.fn((_user: unknown, _action: unknown, id: string) =>
      id === "1" ? true : new Promise(() => undefined),
    );
    expect(idsOf(await asking({ may }).mayMany(user, "read", items.slice(0, 2)))).toEqual(["1"]);
    expect(faults).toHaveLength(1);
  });
});
