import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { httpLimits } from "./http-limits.ts";
import { createLoopTurns, structureFault } from "./request-body.ts";

const list = (count: number, item: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => item(n)).join();

describe("requirement 30: the structure of a JSON body is limited before it is parsed", () => {
  it.each([
    ["the deepest body", `${"[".repeat(16)}${"]".repeat(16)}`],
    ["a completion of 10,000 parts", `{"parts":[${list(10_000, (n) => `{"partNumber":${n},"etag":"a,b:[{"}`)}]}`],
    ["256 names, each many times", `[${list(5_000, (n) => `{"${n % 256}" : 0}`)}]`],
    ["brackets and quotes inside of strings", JSON.stringify({ body: '[{"\\'.repeat(50_000) })],
    ["a text that never ends", '{"body":"'],
  ])("a JSON body within all limits of its structure is accepted (%s)", (_name, text) => {
    expect(structureFault(text)).toBeUndefined();
  });

  it.each([
    ["too deep", `${"[".repeat(17)}`, /16 levels/],
    ["too many values", `[${list(httpLimits.jsonValues, () => "0")}]`, /values/],
    ["too many names", `{${list(257, (n) => `"${n}":0`)}}`, /256 different member names/],
    ["too many names after spaces", `{${list(257, (n) => `"${n}" \n: 0`)}}`, /256 different member names/],
    ["too many names in objects", `[${list(257, (n) => `{"${n}":0}`)}]`, /256 different member names/],
  ])("a JSON body over a limit of its structure is refused (%s)", (_name, text, fault) => {
    expect(structureFault(text)).toMatch(fault);
  });
});

it("code that waits for the event loop keeps the async context of its request", async () => {
  const turns = createLoopTurns();
  const context = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  for (const name of ["first", "second"]) context.run(name, () => turns(() => seen.push(context.getStore())));
  await nextTurn();
  await nextTurn();
  expect(seen).toEqual(["first", "second"]);
});
