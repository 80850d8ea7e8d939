import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** Moves the focus into each new page, so that keyboard users and screen readers start at this page. */
export function useFocusOnNavigation(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        if (fromLocation !== undefined && pathChanged) focusPage();
      }),
    [router],
  );
}

function focusPage(): void {
  // Does nothing if the page has already focused a field.
  if (document.activeElement?.closest("input, textarea, [role=dialog]") != null) return;
  const note = document.getElementById("note");
  const page = note?.checkVisibility() ? note : document.getElementById("content");
  page?.focus({ preventScroll: true });
}
