import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { toasts } from "../components/toast-queue.ts";
import { performAll } from "../components/undo.ts";
import { isActive } from "../features/attachments/uploads/upload.ts";
import { uploads } from "../features/attachments/uploads/uploads.ts";
import { areSaved } from "../features/notes/drafts.ts";
import { accounts } from "../service/accounts.ts";
import { finishBeforeSignOut, forgetKept } from "../service/kept.ts";
import { queryClient, sessionQuery } from "../service/queries.ts";
import { describeProblem, texts } from "../texts/index.ts";

const words = texts.app.leaving;

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

/** Ends the session and forgets what it showed and kept, in every tab; asks first when something would be lost. */
export async function signOut(): Promise<void> {
  // Rejects without an answer, before anything is given up.
  await accounts.current();
  await Promise.all([performAll(), finishBeforeSignOut()]);
  const lost = whatIsLost();
  if (lost === undefined) return endSession();
  const anyway = () => {
    endSession().catch((error: unknown) => toasts.add({ title: describeProblem(error), priority: "high" }));
  };
  toasts.add({ title: lost, timeout: 0, actionProps: { children: words.anyway, onClick: anyway } });
}

function whatIsLost(): string | undefined {
  if (!areSaved()) return words.losesText;
  return isUploading() ? words.losesUploads : undefined;
}

async function endSession(): Promise<void> {
  // While the session is valid, because the service must hear of it.
  if (uploads.list.all().length > 0) await uploads.clear();
  await accounts.signOut();
  channel.postMessage(null);
  await leave();
}

function isUploading(): boolean {
  return uploads.list.all().some(isActive);
}

// The page is loaded anew, so that nothing stays in memory.
async function leave(): Promise<void> {
  await forgetKept();
  queryClient.clear();
  location.assign("/sign-in");
}
