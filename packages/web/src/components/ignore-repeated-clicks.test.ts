import { JSDOM } from "jsdom";
import { beforeEach, describe, expect, it } from "vitest";
import { ignoreRepeatedClicks } from "./ignore-repeated-clicks.ts";

describe("a page that ignores repeated clicks", () => {
  let window: JSDOM["window"];
  let sent: string[];
  let stopIgnoring: () => void;
  const $ = (selector: string) => window.document.querySelector(selector) as HTMLElement;

  beforeEach(() => {
    window = new JSDOM(`<form><input id="text" /><textarea></textarea><button id="send"><b>Send</b></button></form>
      <button id="delete" type="button">Delete</button>
      <div data-counts-clicks><button id="zoom" type="button">+</button></div>
      <input id="box" type="checkbox" /><a href="#part">Part</a>`).window;
    sent = [];
    stopIgnoring = ignoreRepeatedClicks(window.document);
    $("form").addEventListener("submit", (event) => {
      event.preventDefault();
      sent.push("form");
    });
    for (const id of ["delete", "zoom", "box"]) $(`#${id}`).addEventListener("click", () => sent.push(id));
  });

  const click = (selector: string, detail: number) =>
    $(selector).dispatchEvent(new window.MouseEvent("click", { bubbles: true, cancelable: true, detail }));
  const doubleClick = (selector: string) => [1, 2].map((detail) => click(selector, detail));
  /** Presses a key. Returns whether the key still has its default effect in the element. */
  const press = (selector: string, key: string, repeat: boolean) =>
    $(selector).dispatchEvent(new window.KeyboardEvent("keydown", { bubbles: true, cancelable: true, key, repeat }));

  it("a double click on the text of a submit button sends the form once", () => {
    doubleClick("#send b");
    expect(sent).toEqual(["form"]);
  });

  it("a button acts once for a double click, and again for a later click", () => {
    doubleClick("#delete");
    click("#delete", 1);
    expect(sent).toEqual(["delete", "delete"]);
  });

  it("a button acts for each key press", () => {
    for (let times = 0; times < 2; times++) click("#delete", 0);
    expect(sent).toEqual(["delete", "delete"]);
  });

  it("both clicks of a double click count on a zoom button and on a checkbox", () => {
    doubleClick("#zoom");
    doubleClick("#box");
    expect(sent).toEqual(["zoom", "zoom", "box", "box"]);
  });

  it.each([
    ["#send", "Enter", false],
    ["#send", " ", false],
    ["#text", "Enter", false],
    ["#text", " ", true],
    ["#text", "a", true],
    ["textarea", "Enter", true],
    ["#zoom", "Enter", true],
    ["a", "Enter", true],
  ])("a held key repeats its effect only in some elements (%s, the key %j: %s)", (selector, key, repeats) => {
    expect(press(selector, key, false)).toBe(true);
    expect(press(selector, key, true)).toBe(repeats);
  });

  it("each click counts again after the page stops ignoring repeated clicks", () => {
    stopIgnoring();
    doubleClick("#delete");
    expect(sent).toEqual(["delete", "delete"]);
  });
});
