import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createLoopTurns } from "./loop-turns.ts";

it("runs the work of each request in its own context", async () => {
  const turns = createLoopTurns();
  const context = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  for (const name of ["first", "second"]) context.run(name, () => turns(() => seen.push(context.getStore())));
  await nextTurn();
  await nextTurn();
  expect(seen).toEqual(["first", "second"]);
});
