import type { BetterAuthPlugin, HookEndpointContext } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import Bowser from "bowser";
import type { BrowserNames } from "../../outbox/mail.ts";
import type { AccountVerbs } from "../index.ts";
import { KNOWN_MS } from "../own/known-browsers.ts";
import { bodyOf } from "./endpoint.ts";

type Options = Pick<AccountVerbs, "recordBrowser"> & { cookieName: string };

/**
 * After these requests, the service sends the owner a mail about the new password. So the owner needs no second mail about a new browser.
 */
const EXPECTED: ReadonlySet<string | undefined> = new Set(["/change-password", "/reset-password"]);

/**
 * Gives the browser of each new session a cookie, and notifies the owner of the account if the account did not know the browser. This
 * plugin must be the last one, because another plugin may still end the session.
 */
export function createKnownBrowsers({ recordBrowser, cookieName }: Options) {
  const [newAccounts, newSessions] = [new WeakSet<Request>(), new WeakSet<Request>()];
  const has = (requests: WeakSet<Request>, request: Request | undefined) =>
    request !== undefined && requests.has(request);
  const plugin: BetterAuthPlugin = {
    id: "known-browsers",
    hooks: {
      after: [
        {
          // Checks `newSessions` too, because the library also sets `newSession` when it extends a session.
          matcher: ({ context, request }: HookEndpointContext) =>
            context.newSession !== null && has(newSessions, request),
          handler: createAuthMiddleware(async (endpoint) => {
            const { newSession, authCookies } = endpoint.context;
            if (newSession === null) return;
            const { userId, userAgent, ipAddress } = newSession.session;
            const marks = await recordBrowser({
              userId,
              marks: endpoint.getCookie(cookieName) ?? undefined,
              isExpected: EXPECTED.has(endpoint.path) || has(newAccounts, endpoint.request),
              browser: browserOf(userAgent),
              ip: ipAddress || undefined,
            });
            // A person who chooses a short session may use the browser of another person. So this sign-in does not make the browser known
            // to the account.
            if (bodyOf(endpoint).rememberMe === false) return;
            endpoint.setCookie(cookieName, marks, { ...authCookies.sessionToken.attributes, maxAge: KNOWN_MS / 1000 });
          }),
        },
      ],
    },
  };
  return {
    plugin,
    /** Records that this request created the account. The first sign-in to a new account needs no mail. */
    onNewAccount: (request: Request | undefined) => request && newAccounts.add(request),
    onNewSession: (request: Request | undefined) => request && newSessions.add(request),
  };
}

const BROWSERS: ReadonlySet<string> = new Set(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS: ReadonlySet<string> = new Set(Object.values(Bowser.OS_MAP));

/**
 * Returns the names of a browser and its operating system. Returns only names that the library lists, because the library can also return
 * words of the User-Agent header.
 */
function browserOf(userAgent: string | null | undefined): BrowserNames {
  // The library throws for an empty string.
  if (!userAgent) return { browser: undefined, system: undefined };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: nameIn(BROWSERS, browser.name), system: nameIn(SYSTEMS, os.name) };
}

function nameIn(names: ReadonlySet<string>, name: string | undefined): string | undefined {
  return name !== undefined && names.has(name) ? name : undefined;
}
