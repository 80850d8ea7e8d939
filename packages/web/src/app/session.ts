import { useQuery } from "@tanstack/react-query";
import { redirect, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { isActive } from "../features/attachments/uploads/upload.ts";
import { uploads } from "../features/attachments/uploads/uploads.ts";
import { drafts } from "../features/notes/draft/drafts.ts";
import { accounts, ownPath } from "../service/accounts.ts";
import { linkTokens } from "../service/link-tokens.ts";
import { deleteLocalData, finishBeforeSignOut } from "../service/local-data.ts";
import { instanceQuery, queryClient, sessionQuery } from "../service/queries.ts";
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
    // The back button can restore a page from before the sign-out. The reload removes its data.
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
  // Without a connection, `current` rejects, and the sign-out deletes nothing.
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
  // The service accepts an abort of an upload only with a session. So the page aborts the uploads first.
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

/** Opens another page by loading the document again, so that no data stays in memory. */
async function leave(to = "/sign-in"): Promise<void> {
  await deleteLocalData();
  queryClient.clear();
  location.assign(to);
}

/**
 * Redirects a browser without a session to the sign-in page, or to the creation of the first account. After the sign-in or sign-up, the
 * user returns to this page.
 */
export async function requireSession({ location }: { location: { href: string } }): Promise<void> {
  const [session, instance] = await Promise.all([
    queryClient.ensureQueryData({ ...sessionQuery, revalidateIfStale: true }),
    // Loads the limits early, so that the page can check files from the start. Without the limits, only the service checks files.
    queryClient.ensureQueryData(instanceQuery).catch(() => undefined),
  ]);
  if (session !== null) return;
  const { hasAccounts } = instance ?? (await queryClient.ensureQueryData(instanceQuery));
  const to = location.href === "/" ? {} : { to: location.href };
  throw hasAccounts ? redirect({ to: "/sign-in", search: to }) : redirect({ to: "/sign-up", search: to });
}

/** Redirects signed-in users away from the sign-in and sign-up pages. */
export async function requireNoSession({ search }: { search: { to?: string | undefined } }): Promise<void> {
  const session = await queryClient.ensureQueryData(sessionQuery);
  if (session !== null) throw redirect({ href: ownPath(search.to) });
}

/** Moves the token from the URL of a link into `linkTokens`, so that neither the history nor a bookmark contains the token. */
export function takeLinkToken({ location }: { location: { pathname: string; hash: string } }): { token: string } {
  const { pathname, hash } = location;
  if (hash !== "") {
    linkTokens.hold(pathname, hash);
    throw redirect({ href: pathname, replace: true });
  }
  return { token: linkTokens.of(pathname) };
}
