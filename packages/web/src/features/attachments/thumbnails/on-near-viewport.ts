const waiting = new Map<Element, () => void>();
let observer: IntersectionObserver | undefined;

/** Calls back once, when an element is at most 200 px above or below the viewport. Returns an unsubscribe function. */
export function onNearViewport(element: Element, callback: () => void): () => void {
  observer ??= new IntersectionObserver(callBack, { rootMargin: "200px 0px" });
  waiting.set(element, callback);
  observer.observe(element);
  return () => unsubscribe(element);
}

function callBack(entries: IntersectionObserverEntry[]): void {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    const callback = waiting.get(target);
    unsubscribe(target);
    callback?.();
  }
}

function unsubscribe(element: Element): void {
  waiting.delete(element);
  observer?.unobserve(element);
}
