import { useEffect, useEffectEvent, useRef } from "react";

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
      // It counts as seen 600 px ahead. Without an explicit root, the nearest scroll container clips the margin.
      { root: element.closest("main"), rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return <div ref={place} aria-hidden="true" className="h-px" />;
}
