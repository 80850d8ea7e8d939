import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** After going to another page the focus is in it, so that keys and screen readers go on from there. */
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
  // The page has put it where one types at once.
  if (document.activeElement?.closest("input, textarea, [role=dialog]") != null) return;
  const note = document.getElementById("note");
  const page = note?.checkVisibility() ? note : document.getElementById("content");
  page?.focus({ preventScroll: true });
}
