import { useEffect, useEffectEvent, useRef } from "react";

/** How far below the visible area the element already counts as seen. */
const AHEAD = "600px";

/** Calls back once when it scrolls into view or near it, to load more rows. A new `key` arms it again. */
export function WhenSeen({ onSeen }: { onSeen: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const seen = useEffectEvent(onSeen);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        observer.disconnect();
        seen();
      },
      // Without an explicit root, the nearest scroll container clips the margin.
      { root: element.closest("main"), rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return <div ref={place} aria-hidden="true" className="h-px" />;
}
