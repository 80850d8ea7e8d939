import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { accounts } from "../service/accounts.ts";
import { queryClient, sessionQuery } from "../service/queries.ts";

/** Who is signed in; only for pages that nobody else sees. */
export function useAccount() {
  const { data } = useQuery(sessionQuery);
  return data?.user;
}

/** When the session has ended elsewhere, the pages lead to the sign-in. */
export function useLeaveWhenSignedOut(): void {
  const navigate = useNavigate();
  const { data } = useQuery(sessionQuery);
  useEffect(() => {
    if (data !== null) return;
    void navigate({ to: "/sign-in", search: { to: location.pathname + location.search } });
  }, [data, navigate]);
}

/** Ends the session and forgets what it showed: the page is loaded anew, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  await accounts.signOut();
  queryClient.clear();
  location.assign("/sign-in");
}
