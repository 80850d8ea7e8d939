import { redirect } from "@tanstack/react-router";
import { linkTokens } from "../service/link-tokens.ts";
import { instanceQuery, queryClient, sessionQuery } from "../service/queries.ts";

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

/** Returns a path of this origin. The URL of another origin becomes "/", to prevent an open redirect. */
export function ownPath(to: string | undefined): string {
  if (to === undefined || !URL.canParse(to, location.origin)) return "/";
  const { origin, pathname, search, hash } = new URL(to, location.origin);
  // The URL parser turns `/.//evil.example` into the path `//evil.example`. A browser reads that path as the URL of another host.
  return origin === location.origin && !pathname.startsWith("//") ? pathname + search + hash : "/";
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
