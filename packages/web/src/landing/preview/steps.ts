import { fill, h, icons, setProps, svg } from "../dom.ts";
import { texts } from "../texts/en.ts";

const words = texts.preview;
/** The minimum horizontal distance of a swipe, and its maximum vertical distance. Pixels. */
const SWIPE = { min: 64, maxVertical: 48 };

type ButtonOptions = { icon: readonly string[]; onclick: () => void };

export function iconButton(label: string, { icon, onclick }: ButtonOptions): HTMLButtonElement {
  const props = { type: "button", class: "button icon", "aria-label": label, onclick };
  return h("button", props, svg(icon, { size: 20 }));
}

/** The bar with the buttons to the previous and the next file. A button at the end has no effect, and keeps the focus. */
export function stepButtons(step: (by: -1 | 1) => void) {
  const previous = iconButton(words.previous, { icon: icons.previous, onclick: () => step(-1) });
  const next = iconButton(words.next, { icon: icons.next, onclick: () => step(1) });
  const position = h("p", { role: "status", class: "tabular-nums" });
  // Several quick clicks are several steps.
  for (const button of [previous, next]) setProps(button, { "data-counts-clicks": true });
  return {
    element: h("nav", { class: "viewer-steps", "aria-label": texts.shares.list }, previous, position, next),
    update(index: number, count: number): void {
      fill(position, words.position(index + 1, count));
      setProps(previous, { "aria-disabled": String(index === 0) });
      setProps(next, { "aria-disabled": String(index === count - 1) });
    },
  };
}

/** Steps when a finger moves to the left or right, unless the move pans a zoomed page or a wide element, or seeks in a video. */
export function onSwipe(element: HTMLElement, step: (by: -1 | 1) => void): void {
  let start: Touch | undefined;
  element.addEventListener("touchstart", ({ touches, target }) => {
    const isSwipe = touches.length === 1 && !pans(target) && !(target instanceof HTMLMediaElement);
    start = isSwipe ? touches[0] : undefined;
  });
  element.addEventListener("touchend", ({ changedTouches }) => {
    const [touch] = changedTouches;
    if (start === undefined || touch === undefined) return;
    const [x, y] = [touch.clientX - start.clientX, Math.abs(touch.clientY - start.clientY)];
    start = undefined;
    if (Math.abs(x) > SWIPE.min && y < SWIPE.maxVertical) step(x < 0 ? 1 : -1);
  });
}

/** Returns whether a horizontal move scrolls an element or pans a zoomed page. */
export function pans(target: EventTarget | null): boolean {
  if ((visualViewport?.scale ?? 1) > 1.01) return true;
  for (let element = target as Element | null; element !== null; element = element.parentElement) {
    if (element.scrollWidth > element.clientWidth && getComputedStyle(element).overflowX === "auto") return true;
  }
  return false;
}
