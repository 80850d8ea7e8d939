import { formatInstant } from "../../texts/format.ts";
import { h, setProps } from "../dom.ts";
import { texts } from "../texts/en.ts";

const RADIUS = 8;
const LENGTH = 2 * Math.PI * RADIUS;
/**
 * The possible lifetimes of a full ring in seconds. The page does not know when the link was created, so it uses the shortest lifetime that
 * is not shorter than the remaining time.
 */
const DIALS = [60, 600, 3600, 12 * 3600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400];

/**
 * Returns the shortest lifetime in DIALS that is not shorter than `leftSeconds`, or `leftSeconds` itself if all these lifetimes are
 * shorter.
 */
export function dialOf(leftSeconds: number): number {
  return DIALS.find((dial) => leftSeconds <= dial) ?? leftSeconds;
}

type TimeOptions = { onEnd: () => void; describe?: (seconds: number) => string };

/** A ring and a text that show the remaining time of a link. Calls `onEnd` when the link expires. */
export function timeLeft(expiresAt: string | null, { onEnd, describe = texts.time.left }: TimeOptions): HTMLElement {
  if (expiresAt === null) return h("p", { class: "text-muted text-small" }, texts.time.none);
  const end = Date.parse(expiresAt);
  const dial = dialOf((end - Date.now()) / 1000);
  const { ring, setLeft } = makeRing();
  const words = h("p", { class: "tabular-nums print:hidden", title: texts.time.until(formatInstant(expiresAt)) });
  const onPaper = h("p", { class: "hidden print:block" }, texts.time.until(formatInstant(expiresAt)));
  const line = h("div", { class: "flex items-center gap-3" }, ring, words, onPaper);
  const update = () => {
    const seconds = Math.max(0, (end - Date.now()) / 1000);
    words.textContent = describe(seconds);
    setLeft(seconds / dial);
    if (seconds === 0) onEnd();
    return seconds > 0;
  };
  update();
  // The timer stops after the ticket was removed from the page.
  const timer = setInterval(() => {
    if (!line.isConnected || !update()) clearInterval(timer);
  }, 1000);
  return line;
}

function makeRing() {
  const ring = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  setProps(ring, {
    viewBox: "0 0 20 20",
    width: 32,
    height: 32,
    "aria-hidden": "true",
    class: "dial -rotate-90 shrink-0 print:hidden",
  });
  const track = circle({ class: "stroke-line" });
  const left = circle({ stroke: "currentColor", "stroke-linecap": "round", "stroke-dasharray": LENGTH });
  ring.append(track, left);
  return {
    ring,
    setLeft(share: number) {
      left.setAttribute("stroke-dashoffset", String(LENGTH * (1 - Math.min(1, share))));
      ring.classList.toggle("text-accent", share >= 1 / 6);
      ring.classList.toggle("text-warning", share < 1 / 6);
    },
  };
}

function circle(props: Record<string, string | number>): SVGCircleElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  setProps(element, { cx: 10, cy: 10, r: RADIUS, fill: "none", "stroke-width": 1.75, ...props });
  return element;
}
