import { useEffect, useEffectEvent, useRef } from "react";

/**
 * Calls `onSeen` once when the user scrolls to this element or near it, for example to load more rows. An element with a new `key` calls
 * `onSeen` again.
 */
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
      // The element counts as visible 600 px before it appears. Without an explicit root, the nearest scroll container would cut off the
      // margin.
      { root: element.closest("main"), rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return <div ref={place} aria-hidden="true" className="h-px" />;
}
