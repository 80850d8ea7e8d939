import { type RefObject, useEffect, useRef, useState } from "react";
import { texts } from "../texts/index.ts";

/** Sets the title of the document. If `page` is undefined, the hook does nothing, because another component sets the title. */
export function useDocumentTitle(page: string | undefined): void {
  useEffect(() => {
    if (page !== undefined) document.title = texts.app.titleOf(page);
  }, [page]);
}

/** Returns the current instant in milliseconds since the epoch. The hook updates the instant every `everyMs`. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** Returns the focus to the element when `isOpen` becomes false, because the part of the page with the focus then disappears. */
export function useFocusBack(element: RefObject<HTMLElement | null>, isOpen: boolean): void {
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen) element.current?.focus();
    wasOpen.current = isOpen;
  }, [element, isOpen]);
}
