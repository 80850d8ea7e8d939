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

/** Tells the other tabs of the app about a sign-out. */
const channel = new BroadcastChannel("valetkey.sign-out");

export function useAccount() {
  const { data } = useQuery(sessionQuery);
  return data?.user;
}

/** Opens the sign-in page when the session has ended. After the sign-in, the user returns to the page from before. */
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
    // The back button can restore a page from before the sign-out. The reload removes the private data of this page.
    const check = ({ persisted }: PageTransitionEvent) => persisted && location.reload();
    addEventListener("pageshow", check);
    return () => {
      channel.onmessage = null;
      removeEventListener("pageshow", check);
    };
  }, []);
}

/**
 * Ends the session and deletes the data of the session in every tab. Asks the user first if the sign-out would lose text or uploads. `to`
 * is the page that opens after the sign-out.
 */
export async function signOut({ to }: { to?: string } = {}): Promise<void> {
  // Without a connection, `current` rejects, so the sign-out deletes nothing.
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
  // The service accepts the abort of an upload only with a session, so the page aborts the uploads before the session ends.
  if (uploads.list.all().length > 0) await uploads.clear();
  await accounts.signOut();
  channel.postMessage(null);
  await leave(to);
}

/** After the deletion of an account, deletes the data of this account in every tab. The session has already ended. */
export async function leaveDeletedAccount(): Promise<void> {
  channel.postMessage(null);
  await leave();
}

/** Deletes the local data, and opens a page. The browser loads the document again, so that no data stays in memory. */
async function leave(to = "/sign-in"): Promise<void> {
  await deleteLocalData();
  queryClient.clear();
  location.assign(to);
}

/**
 * Redirects a browser without a session to the sign-in page, or to the page that creates the first account. Then the user returns to this
 * page.
 */
export async function requireSession({ location }: { location: { href: string } }): Promise<void> {
  const [session, instance] = await Promise.all([
    queryClient.ensureQueryData({ ...sessionQuery, revalidateIfStale: true }),
    // The page needs the limits of the service to check files before an upload. If the limits cannot be loaded, only the service checks
    // files.
    queryClient.ensureQueryData(instanceQuery).catch(() => undefined),
  ]);
  if (session !== null) return;
  const { hasAccounts } = instance ?? (await queryClient.ensureQueryData(instanceQuery));
  const to = location.href === "/" ? {} : { to: location.href };
  throw hasAccounts ? redirect({ to: "/sign-in", search: to }) : redirect({ to: "/sign-up", search: to });
}

export async function requireNoSession({ search }: { search: { to?: string | undefined } }): Promise<void> {
  // What the pages without a session show depends on the settings of the service. Without a wait, these pages would move when the settings
  // arrive.
  const settings = queryClient.prefetchQuery(instanceQuery);
  const session = await queryClient.ensureQueryData(sessionQuery);
  if (session !== null) throw redirect({ href: ownPath(search.to) });
  await settings;
}

/** Moves the token from the URL of a link into `linkTokens`, so that the browser history and bookmarks do not contain the token. */
export function takeLinkToken({ location }: { location: { pathname: string; hash: string } }): { token: string } {
  const { pathname, hash } = location;
  if (hash !== "") {
    linkTokens.hold(pathname, hash);
    throw redirect({ href: pathname, replace: true });
  }
  return { token: linkTokens.of(pathname) };
}
