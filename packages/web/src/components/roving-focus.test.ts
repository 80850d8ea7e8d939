import { JSDOM } from "jsdom";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { roveFocus } from "./roving-focus.ts";

const { window } = new JSDOM();
const { document } = window;
let list: HTMLElement;
let stop: (() => void) | undefined;

beforeEach(() => {
  vi.stubGlobal("MutationObserver", window.MutationObserver);
  window.HTMLElement.prototype.checkVisibility = () => true;
  document.body.innerHTML = `<a id="before" href="/">before</a><ul>${["a", "b", "c"].map(rowOf).join("")}</ul>`;
  list = document.querySelector("ul") as HTMLElement;
  stop = roveFocus(list);
});
afterEach(() => stop?.());
afterAll(() => void vi.unstubAllGlobals());

function rowOf(name: string): string {
  return `<li><button id="${name}1"></button><button id="${name}2"></button>
    <form><input id="${name}-field"></form>
    <div popover><button id="${name}-item"></button></div></li>`;
}

const get = (id: string) => document.getElementById(id) as HTMLElement;
const focused = () => document.activeElement?.id;
const tabStops = () => [...list.querySelectorAll<HTMLElement>("li > button")].filter(({ tabIndex }) => tabIndex === 0);
const observed = () => new Promise((resolve) => setTimeout(resolve));

function press(key: string, init: KeyboardEventInit = {}): void {
  const event = new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  document.activeElement?.dispatchEvent(event);
}

describe("a list with a roving focus", () => {
  it("a list has one tab stop, which follows the focus", () => {
    expect(tabStops().map(({ id }) => id)).toEqual(["a1"]);
    get("b2").focus();
    expect(tabStops().map(({ id }) => id)).toEqual(["b2"]);
  });

  it("the Tab key enters a list at the first control of the last focused row", async () => {
    get("b2").focus();
    get("before").focus();
    await observed();
    expect(tabStops().map(({ id }) => id)).toEqual(["b1"]);
  });

  it.each([
    ["a1", "ArrowDown", "b1"],
    ["b2", "ArrowDown", "c2"],
    ["c1", "ArrowDown", "c1"],
    ["a2", "ArrowUp", "a2"],
    ["b1", "Home", "a1"],
    ["a2", "End", "c2"],
    ["a1", "ArrowRight", "a2"],
    ["a2", "ArrowRight", "a2"],
    ["a2", "ArrowLeft", "a1"],
    ["a-field", "ArrowDown", "a-field"],
  ])("in a list, from the control %s, the key %s moves the focus to %s", (from, key, to) => {
    get(from).focus();
    press(key);
    expect(focused()).toBe(to);
  });

  it("arrow keys do not move the focus with Ctrl or on a button that opens a menu", () => {
    get("a1").focus();
    press("ArrowDown", { ctrlKey: true });
    expect(focused()).toBe("a1");
    get("a1").setAttribute("aria-haspopup", "menu");
    press("ArrowDown");
    expect(focused()).toBe("a1");
  });

  it("the focus moves from a removed row of a list to the next row", async () => {
    get("b2").focus();
    get("b2").closest("li")?.remove();
    await observed();
    expect(focused()).toBe("c1");
    expect(tabStops().map(({ id }) => id)).toEqual(["c1"]);
  });

  it("the Tab key enters a list at the row whose page is open", async () => {
    get("c1").setAttribute("aria-current", "page");
    await observed();
    expect(tabStops().map(({ id }) => id)).toEqual(["c1"]);
  });

  it("a new row adds no tab stop to a list", async () => {
    list.insertAdjacentHTML("beforeend", rowOf("d"));
    await observed();
    expect(tabStops()).toHaveLength(1);
    get("c1").focus();
    press("ArrowDown");
    expect(focused()).toBe("d1");
  });

  it("a picture that arrives in a row of a list causes no search for controls in other rows", async () => {
    const search = vi.spyOn(list, "querySelectorAll");
    get("b1").append(document.createElement("img"));
    await observed();
    expect(search).not.toHaveBeenCalled();
  });
});

describe("a grid with a roving focus", () => {
  /** Two rows of tiles: a and b, then c below the right half. */
  const boxes: Record<string, [left: number, right: number, top: number]> = {
    a: [0, 100, 0],
    b: [100, 300, 0],
    c: [0, 300, 100],
  };
  beforeEach(() => {
    stop?.();
    for (const [name, [left, right, top]] of Object.entries(boxes)) {
      const tile = get(`${name}1`).closest("li") as HTMLElement;
      tile.getBoundingClientRect = () => ({ left, right, top }) as DOMRect;
    }
    stop = roveFocus(list, "grid");
  });

  it("in a grid, only the controls of the focused tile are tab stops", () => {
    get("b1").focus();
    expect(tabStops().map(({ id }) => id)).toEqual(["b1", "b2"]);
  });

  it.each([
    ["a1", "ArrowRight", "b1"],
    ["b2", "ArrowLeft", "a1"],
    ["b1", "ArrowDown", "c1"],
    ["c1", "ArrowUp", "b1"],
    ["a1", "ArrowDown", "c1"],
    ["a1", "ArrowUp", "a1"],
    ["c1", "Home", "a1"],
    ["a1", "End", "c1"],
  ])("in a grid, from the control %s, the key %s moves the focus to %s", (from, key, to) => {
    get(from).focus();
    press(key);
    expect(focused()).toBe(to);
  });
});
