import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ValetKeyProvider } from "@valetkey/react";
import { useEffect } from "react";
// After a reload, this import also removes the history entry of a dialog that was open before the reload.
import "../components/history-entries.ts";
import { ignoreRepeatedClicks } from "../components/ignore-repeated-clicks.ts";
import { client } from "../service/client.ts";
import { queryClient } from "../service/queries.ts";
import { router } from "./router.tsx";
import { Toasts } from "./toasts.tsx";

export function App() {
  useEffect(() => ignoreRepeatedClicks(document), []);
  return (
    // The Content-Security-Policy allows no style elements, so theme.css contains the rules that Base UI would add in such an element.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <ValetKeyProvider client={client}>
          <Toasts />
          <RouterProvider router={router} />
        </ValetKeyProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}
