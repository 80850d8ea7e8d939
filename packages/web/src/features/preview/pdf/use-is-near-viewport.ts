import { type RefObject, useEffect, useState } from "react";

/** Whether an element is visible, or less than the height of its parent away from that. */
export function useIsNearViewport(ref: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (ref.current === null) return;
    const onChange = ([entry]: IntersectionObserverEntry[]) => setNear(entry?.isIntersecting === true);
    const observer = new IntersectionObserver(onChange, { root: ref.current.parentElement, rootMargin: "100% 0px" });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return isNear;
}
