import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Toasts } from "../components/toasts.tsx";
import { queryClient } from "../service/queries.ts";
import { router } from "./router.tsx";

/** The whole app. */
export function App() {
  return (
    // The policy allows no style elements; what they would say is in app.css.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </CSPProvider>
  );
}
