import { redirect } from "@tanstack/react-router";
import { instanceQuery, queryClient, sessionQuery } from "../service/queries.ts";

/** Lets only people in who are signed in; the others sign in first, or make the first account, and come back to where they were going. */
export async function requireSession({ location }: { location: { href: string } }): Promise<void> {
  const session = await queryClient.ensureQueryData({ ...sessionQuery, revalidateIfStale: true });
  if (session !== null) return;
  const { hasAccounts } = await queryClient.ensureQueryData(instanceQuery);
  const to = location.href === "/" ? {} : { to: location.href };
  throw hasAccounts ? redirect({ to: "/sign-in", search: to }) : redirect({ to: "/sign-up", search: to });
}

/** The pages for people who are not signed in lead on those who are. */
export async function requireNoSession({ search }: { search: { to?: string | undefined } }): Promise<void> {
  const session = await queryClient.ensureQueryData(sessionQuery);
  if (session !== null) throw redirect({ href: ownPath(search.to) });
}

/** A path of ours, whatever was asked for: an address of someone else's is not gone to after the sign-in. */
export function ownPath(to: string | undefined): string {
  if (to === undefined || !URL.canParse(to, location.origin)) return "/";
  const { origin, pathname, search, hash } = new URL(to, location.origin);
  // Once it is parsed `/.//evil.example` is a path here that a browser takes for another host's address.
  return origin === location.origin && !pathname.startsWith("//") ? pathname + search + hash : "/";
}
