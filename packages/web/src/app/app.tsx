import { CSPProvider } from "@base-ui/react/csp-provider";
import { useStore } from "@nanostores/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ValetKeyProvider } from "@valetkey/react";
import { useEffect } from "react";
// After a reload, this import also removes the history entry of a dialog that was open before the reload.
import "../components/history-entries.ts";
import { ignoreRepeatedClicks } from "../components/ignore-repeated-clicks.ts";
import { client } from "../service/client.ts";
import { importWithRetry, useCode } from "../service/lazy-code.ts";
import { queryClient } from "../service/queries.ts";
import { $needsToasts, dropWaitingToasts } from "../service/toasts.ts";
import { router } from "./router.tsx";

export function App() {
  useEffect(() => ignoreRepeatedClicks(document), []);
  return (
    // The Content-Security-Policy allows no style elements, so theme.css contains the rules that Base UI would add in such an element.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <ValetKeyProvider client={client}>
          <LazyToasts />
          <RouterProvider router={router} />
        </ValetKeyProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}

const loadToasts = () => importWithRetry(() => import("./toasts.tsx"));
/** The first actions of a user on a page. Most messages answer an action. */
const FIRST_ACTIONS = ["pointermove", "pointerdown", "keydown"];

/** Loads the code of the messages at the first action of the user, and not with the page, to keep the first load small. */
function LazyToasts() {
  const isNeeded = useStore($needsToasts);
  const { data: code, error } = useCode("messages", loadToasts, { isNeeded });
  useEffect(() => {
    if (isNeeded || error !== null) return;
    const listening = new AbortController();
    for (const action of FIRST_ACTIONS)
      addEventListener(action, () => $needsToasts.set(true), { signal: listening.signal });
    return () => listening.abort();
  }, [isNeeded, error]);
  useEffect(() => {
    // Without a connection, a banner says why nothing happens.
    if (error !== null) dropWaitingToasts();
  }, [error]);
  return code === undefined ? null : <code.Toasts />;
}
