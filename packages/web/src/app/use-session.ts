import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { isActive } from "../features/attachments/uploads/upload.ts";
import { uploads } from "../features/attachments/uploads/uploads.ts";
import { drafts } from "../features/notes/draft/drafts.ts";
import { accounts } from "../service/accounts.ts";
import { deleteLocalData, finishBeforeSignOut } from "../service/local-data.ts";
import { queryClient, sessionQuery } from "../service/queries.ts";
import { showProblem, toasts } from "../service/toasts.ts";
import { texts } from "../texts/index.ts";

const words = texts.app.leaving;

/** Notifies the other tabs of a sign-out. */
const channel = new BroadcastChannel("valetkey.sign-out");

export function useAccount() {
  const { data } = useQuery(sessionQuery);
  return data?.user;
}

/** Opens the sign-in page when the session has ended. After the sign-in, the user returns to the same page. */
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
    // The back button may restore a page from before the sign-out. Such a page reloads.
    const check = ({ persisted }: PageTransitionEvent) => persisted && location.reload();
    addEventListener("pageshow", check);
    return () => {
      channel.onmessage = null;
      removeEventListener("pageshow", check);
    };
  }, []);
}

/**
 * Ends the session and deletes its data in every tab. Asks the user first if the sign-out would lose text or uploads. `to`: the page to
 * open.
 */
export async function signOut({ to }: { to?: string } = {}): Promise<void> {
  // Without a connection, this call rejects, so the sign-out deletes nothing.
  await accounts.current();
  await finishBeforeSignOut();
  const lost = whatIsLost();
  if (lost === undefined) return endSession(to);
  const anyway = () => void endSession(to).catch(showProblem);
  toasts.add({ title: lost, timeout: 0, actionProps: { children: words.anyway, onClick: anyway } });
}

function whatIsLost(): string | undefined {
  if (!drafts.areSaved()) return words.losesText;
  return uploads.list.all().some(isActive) ? words.losesUploads : undefined;
}

async function endSession(to?: string): Promise<void> {
  // The page aborts the uploads first, because the service allows this only with a session.
  if (uploads.list.all().length > 0) await uploads.clear();
  await accounts.signOut();
  channel.postMessage(null);
  await leave(to);
}

/** In every tab, deletes the stored data of an account that was just deleted. The session of the account has already ended. */
export async function leaveDeletedAccount(): Promise<void> {
  channel.postMessage(null);
  await leave();
}

/** Reloads the document, so that no data stays in memory. */
async function leave(to = "/sign-in"): Promise<void> {
  await deleteLocalData();
  queryClient.clear();
  location.assign(to);
}
