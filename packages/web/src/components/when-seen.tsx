import { useEffect, useEffectEvent, useRef } from "react";

/**
 * Calls `onSeen` once when the user scrolls to this element or near this element, for example to load more rows. If the `key` of the
 * element changes, `onSeen` is called again.
 */
export function WhenSeen({ onSeen }: { onSeen: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const seen = useEffectEvent(onSeen);
  useEffect(() => (place.current === null ? undefined : whenNear(place.current, () => seen())), []);
  return <div ref={place} aria-hidden="true" className="h-px" />;
}

type Watched = { observer: IntersectionObserver; callbacks: Map<Element, Set<() => void>> };

/** All elements in a scroll container share one observer, because a note can have a thousand files. */
const watched = new WeakMap<Element, Watched>();

/** Calls `onNear` once when the user scrolls to less than 600 px from an element. Returns a function that stops the observation. */
export function whenNear(element: Element, onNear: () => void): () => void {
  // The root must be the scroll container. Otherwise the observer notices an element only when the element is already visible.
  const root = element.closest(".overflow-y-auto");
  const { observer, callbacks } = watched.get(root ?? document.body) ?? watch(root);
  const waiting = callbacks.get(element) ?? new Set();
  callbacks.set(element, waiting.add(onNear));
  observer.observe(element);
  return () => {
    if (!waiting.delete(onNear) || waiting.size > 0) return;
    callbacks.delete(element);
    observer.unobserve(element);
  };
}

function watch(root: Element | null): Watched {
  const callbacks: Watched["callbacks"] = new Map();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        const waiting = callbacks.get(target);
        if (!isIntersecting || waiting === undefined) continue;
        callbacks.delete(target);
        observer.unobserve(target);
        for (const onNear of waiting) onNear();
        waiting.clear();
      }
    },
    { root, rootMargin: "600px" },
  );
  const made = { observer, callbacks };
  watched.set(root ?? document.body, made);
  return made;
}
