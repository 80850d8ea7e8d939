import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { texts } from "../texts/index.ts";

const page = new EventTarget();
vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
// The module adds its listener only when it loads.
vi.resetModules();
const { offerUndo, performAll } = await import("./undo.ts");
const { toasts } = await import("./toasts.ts");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
afterAll(() => void vi.unstubAllGlobals());

function offer(perform: () => Promise<unknown> = async () => undefined) {
  const add = vi.spyOn(toasts, "add");
  const undoable = { title: "Deleted", perform: vi.fn(perform), restore: vi.fn() };
  offerUndo(undoable);
  const message = add.mock.calls[0]?.[0];
  const undo = () => (message?.actionProps?.onClick as (() => void) | undefined)?.();
  return {
    ...undoable,
    undo,
    dismiss: () => message?.onClose?.(),
    titles: () => add.mock.calls.map(([{ title }]) => title),
  };
}

describe("an action that can be undone", () => {
  it("is performed after 7 s", async () => {
    const { perform, restore } = offer();
    await vi.advanceTimersByTimeAsync(6_999);
    expect(perform).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(perform).toHaveBeenCalledOnce();
    expect(restore).not.toHaveBeenCalled();
  });

  it("is not performed after an undo", async () => {
    const { perform, restore, undo } = offer();
    undo();
    await vi.advanceTimersByTimeAsync(60_000);
    await performAll();
    expect(perform).not.toHaveBeenCalled();
    expect(restore).toHaveBeenCalledOnce();
  });

  it("is performed when the message is dismissed", async () => {
    const { perform, dismiss } = offer();
    dismiss();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(perform).toHaveBeenCalledOnce();
  });

  it("is performed when the page is closed", () => {
    const { perform } = offer();
    page.dispatchEvent(new Event("pagehide"));
    expect(perform).toHaveBeenCalledOnce();
  });

  it("is performed before a sign-out", async () => {
    const { perform } = offer();
    await performAll();
    expect(perform).toHaveBeenCalledOnce();
  });

  it("cannot be undone once it is performed", async () => {
    const { perform, restore, undo } = offer();
    await performAll();
    undo();
    expect(perform).toHaveBeenCalledOnce();
    expect(restore).not.toHaveBeenCalled();
  });

  it("is shown as not done when it fails", async () => {
    const { restore, titles } = offer(() => Promise.reject(new Error("broken")));
    await performAll();
    expect(restore).toHaveBeenCalledOnce();
    expect(titles()).toEqual(["Deleted", texts.problems.unknown]);
  });
});
