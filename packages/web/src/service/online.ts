import { useStore } from "@nanostores/react";
import { atom } from "nanostores";

const $isOnline = atom(navigator.onLine);
addEventListener("online", () => $isOnline.set(true));
addEventListener("offline", () => $isOnline.set(false));

/** Whether the browser reports a network connection. */
export function useOnline(): boolean {
  return useStore($isOnline);
}
