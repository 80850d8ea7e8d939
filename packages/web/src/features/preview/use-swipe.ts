import { type TouchEventHandler, useRef, useSyncExternalStore } from "react";

/** How far a finger goes for the next file, and how far it may stray. Pixels. */
const FAR = 64;
const ASTRAY = 48;
/** The height of the controls of a film, on which a finger seeks. Pixels. */
const CONTROLS = 88;

/** For what scrolls up and down: fingers to the side are left to the swipe, unless the page is zoomed, where they move it. */
export const swipeable = "[touch-action:pan-y_pinch-zoom] in-data-zoomed:[touch-action:auto]";

type Swipe = { onTouchStart: TouchEventHandler; onTouchEnd: TouchEventHandler; onTouchCancel: TouchEventHandler };

/** To the left for the next one, to the right for the one before; not where a finger does something else. */
export function useSwipe(onSwipe: (by: -1 | 1) => void): Swipe {
  const start = useRef<{ x: number; y: number }>(undefined);
  return {
    onTouchStart({ touches, target }) {
      const touch = touches[0];
      const isSwipe = touches.length === 1 && touch !== undefined && !isMoved(target) && !seeks(target, touch.clientY);
      start.current = isSwipe ? { x: touch.clientX, y: touch.clientY } : undefined;
    },
    onTouchEnd({ changedTouches }) {
      const touch = changedTouches[0];
      if (start.current === undefined || touch === undefined) return;
      const [x, y] = [touch.clientX - start.current.x, touch.clientY - start.current.y];
      start.current = undefined;
      if (Math.abs(x) > FAR && Math.abs(y) < ASTRAY) onSwipe(x < 0 ? 1 : -1);
    },
    onTouchCancel() {
      start.current = undefined;
    },
  };
}

/** Whether the page is zoomed by two fingers. */
export function useIsZoomed(): boolean {
  return useSyncExternalStore(watchZoom, isZoomed);
}

function watchZoom(onChange: () => void): () => void {
  visualViewport?.addEventListener("resize", onChange);
  return () => visualViewport?.removeEventListener("resize", onChange);
}

function isZoomed(): boolean {
  return (visualViewport?.scale ?? 1) > 1.01;
}

/** Whether a finger moves what is under it to the side, because that is larger than its place, or the page is zoomed. */
function isMoved(target: EventTarget): boolean {
  if (isZoomed()) return true;
  for (let element = target as Element | null; element !== null; element = element.parentElement) {
    if (element.scrollWidth > element.clientWidth && getComputedStyle(element).overflowX === "auto") return true;
  }
  return false;
}

function seeks(target: EventTarget, y: number): boolean {
  return target instanceof HTMLMediaElement && y > target.getBoundingClientRect().bottom - CONTROLS;
}
