import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { accounts } from "../service/accounts.ts";
import { forgetKept } from "../service/kept.ts";
import { queryClient, sessionQuery } from "../service/queries.ts";

/** Tells the other tabs of this browser that the account leaves it. */
const channel = new BroadcastChannel("valetkey.sign-out");

/** Who is signed in; only for pages that nobody else sees. */
export function useAccount() {
  const { data } = useQuery(sessionQuery);
  return data?.user;
}

/** When the session has ended elsewhere, the pages lead to the sign-in, and after it back. */
export function useLeaveWhenSignedOut(): void {
  const navigate = useNavigate();
  const { data } = useQuery(sessionQuery);
  useEffect(() => {
    if (data !== null) return;
    const to = location.pathname + location.search;
    void navigate({ to: "/sign-in", search: { to, error: "session_ended" } });
  }, [data, navigate]);
  useEffect(() => {
    channel.onmessage = () => void leave();
    // "Back" may bring the page as it was, from before the sign-out.
    const check = ({ persisted }: PageTransitionEvent) => persisted && location.reload();
    addEventListener("pageshow", check);
    return () => {
      channel.onmessage = null;
      removeEventListener("pageshow", check);
    };
  }, []);
}

/** Ends the session and forgets what it showed and kept, in every tab. */
export async function signOut(): Promise<void> {
  const { forgetFiles } = await import("../features/attachments/forget.ts");
  await forgetFiles();
  await accounts.signOut();
  channel.postMessage(null);
  await leave();
}

// The page is loaded anew, so that nothing stays in memory.
async function leave(): Promise<void> {
  await forgetKept();
  queryClient.clear();
  location.assign("/sign-in");
}
