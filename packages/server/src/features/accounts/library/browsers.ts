import type { BetterAuthPlugin } from "better-auth";
import Bowser from "bowser";
import type { Language } from "../../../platform/database/unions.ts";
import { readerLanguage } from "../../../platform/http/reader-language.ts";
import { browserCookieName } from "../../../platform/http/session-cookie.ts";
import type { BrowserNames } from "../../outbox/mail.ts";
import { KNOWN_MS } from "../own/known-browsers.ts";
import { bodyOf, hook, type PluginDeps } from "./library-request.ts";

/** The owner gets a mail about the new password after these requests, and needs no second mail about a new browser. */
const EXPECTED: ReadonlySet<string | undefined> = new Set(["/change-password", "/reset-password"]);

/**
 * Gives the browser of each new session a cookie, and sends the owner of the account a mail if the account does not know the browser. This
 * plugin must be the last one, because another plugin may still end the session.
 */
export function createKnownBrowsers({ useCases, publicUrl }: Pick<PluginDeps, "useCases" | "publicUrl">) {
  const cookieName = browserCookieName(publicUrl);
  const [newAccounts, newSessions] = [new WeakSet<Request>(), new WeakSet<Request>()];
  const has = (requests: WeakSet<Request>, request: Request | undefined) =>
    request !== undefined && requests.has(request);
  const plugin: BetterAuthPlugin = {
    id: "known-browsers",
    hooks: {
      // The library also sets `newSession` when it extends a session. So the matcher also checks `newSessions`.
      after: hook(
        ({ context, request }) => context.newSession !== null && has(newSessions, request),
        async (endpoint) => {
          const { newSession, authCookies } = endpoint.context;
          if (newSession === null) return;
          const { userId, userAgent, ipAddress } = newSession.session;
          const marks = await useCases.recordBrowser({
            userId,
            marks: endpoint.getCookie(cookieName) ?? undefined,
            isExpected: EXPECTED.has(endpoint.path) || has(newAccounts, endpoint.request),
            browser: browserOf(userAgent),
            ip: ipAddress || undefined,
          });
          // A short session does not make the browser known to the account, because the browser may belong to another person.
          if (bodyOf(endpoint).rememberMe === false) return;
          endpoint.setCookie(cookieName, marks, { ...authCookies.sessionToken.attributes, maxAge: KNOWN_MS / 1000 });
        },
      ),
    },
  };
  return {
    plugin,
    /** Records that this request created the account, because the first sign-in to a new account causes no mail. */
    onNewAccount: (request: Request | undefined) => request && newAccounts.add(request),
    onNewSession: (request: Request | undefined) => request && newSessions.add(request),
  };
}

const BROWSERS: ReadonlySet<string> = new Set(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS: ReadonlySet<string> = new Set(Object.values(Bowser.OS_MAP));

/** Returns names of a browser and an operating system from the library's lists, so that no word of the header gets into a mail. */
function browserOf(userAgent: string | null | undefined): BrowserNames {
  // The library throws an error for an empty string.
  if (!userAgent) return { browser: undefined, system: undefined };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: nameIn(BROWSERS, browser.name), system: nameIn(SYSTEMS, os.name) };
}

function nameIn(names: ReadonlySet<string>, name: string | undefined): string | undefined {
  return name !== undefined && names.has(name) ? name : undefined;
}

/** Returns the language in which the browser shows the pages. Returns undefined if no browser sent the request. */
export function languageOf(endpoint: { request?: Request | undefined } | null | undefined): Language | undefined {
  const headers = endpoint?.request?.headers;
  if (headers === undefined) return undefined;
  return readerLanguage({
    cookie: headers.get("cookie") ?? undefined,
    "accept-language": headers.get("accept-language") ?? undefined,
  });
}

/** Records the language of a user when a page reads the session. Every page does this first. */
export function followLanguage({ useCases }: PluginDeps): BetterAuthPlugin {
  return {
    id: "reader-language",
    hooks: {
      // The service also calls the endpoint without a request, to authenticate a user. A call without a request has no language.
      after: hook(
        ({ path, request }) => path === "/get-session" && request !== undefined,
        async (endpoint) => {
          const found = endpoint.context.returned as { user?: { id: string } } | null | undefined;
          const language = languageOf(endpoint);
          if (found?.user === undefined || language === undefined) return;
          await useCases.recordLanguage(found.user.id, language).catch((error: unknown) => {
            // The user must be able to open pages and delete files even if the record fails, for example because the disk is full.
            endpoint.context.logger.error("The language of a user could not be recorded.", error);
          });
        },
      ),
    },
  };
}
