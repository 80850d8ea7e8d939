import { useEffect, useEffectEvent, useRef } from "react";

/** How far below what is seen it counts already. */
const AHEAD = "600px";

/** Calls back once when this place comes into view or near it, for lists that go on; a new `key` makes it call again. */
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
      // Without a root of its own the margin would end at the nearest part that scrolls.
      { root: element.closest("main"), rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return <div ref={place} aria-hidden="true" className="h-px" />;
}
