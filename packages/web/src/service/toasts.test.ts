import { expect, it } from "vitest";
import { stubPage } from "../testing/stub-page.ts";

stubPage();
const { $needsToasts, dropWaitingToasts, showWaitingToasts, toastManager, toasts } = await import("./toasts.ts");

it("messages wait for their code in the order of their calls, and messages whose code could not be loaded are dropped", () => {
  const shown: string[] = [];
  toastManager[" subscribe"](({ action, options }) => void shown.push(`${action} ${options.id}`));
  toasts.add({ title: "lost" });
  expect($needsToasts.get()).toBe(true);
  dropWaitingToasts();
  expect($needsToasts.get()).toBe(false);
  const first = toasts.add({ title: "one" });
  const second = toasts.add({ title: "two" });
  toasts.close(first);
  expect($needsToasts.get()).toBe(true);
  expect(shown).toEqual([]);
  showWaitingToasts();
  expect(shown).toEqual([`add ${first}`, `add ${second}`, `close ${first}`]);
  toasts.close(second);
  expect(shown.at(-1)).toBe(`close ${second}`);
});
