import { type TouchEventHandler, useRef, useSyncExternalStore } from "react";

/** The minimum horizontal distance of a swipe in pixels. */
const MIN_HORIZONTAL = 64;
const MAX_VERTICAL = 48;
/** The height in pixels of the controls at the bottom of a video. In this area, a finger seeks. */
const CONTROLS_HEIGHT = 88;

/** The classes of an element that scrolls vertically. Horizontal moves are swipes, but pan the page if the page is zoomed. */
export const swipeable = "[touch-action:pan-y_pinch-zoom] in-data-zoomed:[touch-action:auto]";

type Swipe = { onTouchStart: TouchEventHandler; onTouchEnd: TouchEventHandler; onTouchCancel: TouchEventHandler };

/** A swipe to the left shows the next file, and a swipe to the right shows the previous file. The hook ignores touches that pan or seek. */
export function useSwipe(onSwipe: (by: -1 | 1) => void): Swipe {
  const start = useRef<{ x: number; y: number }>(undefined);
  return {
    onTouchStart({ touches, target }) {
      const touch = touches[0];
      const isSwipe = touches.length === 1 && touch !== undefined && !pans(target) && !seeks(target, touch.clientY);
      start.current = isSwipe ? { x: touch.clientX, y: touch.clientY } : undefined;
    },
    onTouchEnd({ changedTouches }) {
      const touch = changedTouches[0];
      if (start.current === undefined || touch === undefined) return;
      const [x, y] = [touch.clientX - start.current.x, touch.clientY - start.current.y];
      start.current = undefined;
      if (Math.abs(x) > MIN_HORIZONTAL && Math.abs(y) < MAX_VERTICAL) onSwipe(x < 0 ? 1 : -1);
    },
    onTouchCancel() {
      start.current = undefined;
    },
  };
}

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

/** Returns whether a horizontal move scrolls an element or pans a zoomed page. */
function pans(target: EventTarget): boolean {
  if (isZoomed()) return true;
  for (let element = target as Element | null; element !== null; element = element.parentElement) {
    if (element.scrollWidth > element.clientWidth && getComputedStyle(element).overflowX === "auto") return true;
  }
  return false;
}

function seeks(target: EventTarget, y: number): boolean {
  return target instanceof HTMLMediaElement && y > target.getBoundingClientRect().bottom - CONTROLS_HEIGHT;
}
