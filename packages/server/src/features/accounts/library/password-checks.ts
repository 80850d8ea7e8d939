import type { BetterAuthPlugin, HookEndpointContext } from "better-auth";
import { getSessionFromCtx, isAPIError } from "better-auth/api";
import { normaliseEmail } from "../../people/person.ts";
import { unauthenticated } from "../callers/identity.ts";
import { accountQueries } from "../queries/accounts.ts";
import { hook, type PluginDeps } from "./library-request.ts";

/** The endpoints that ask a signed-in user for the password again. */
export const PASSWORD_AGAIN: readonly string[] = [
  "/change-password",
  "/request-email-change",
  "/second-factor/start",
  "/second-factor/remove",
  "/second-factor/recovery-codes",
  "/passkeys/start",
  "/delete-account",
];

const ofSession: ReadonlySet<string | undefined> = new Set(PASSWORD_AGAIN);
const matcher = ({ path }: HookEndpointContext) => path === "/sign-in/email" || ofSession.has(path);

/**
 * Limits how many wrong passwords people can try for one account, from all IP addresses together. The library has only a limit for each IP
 * address. An email address without an account has the same limit, so that the response does not reveal whether an account exists.
 */
export function limitPasswords({ useCases }: Pick<PluginDeps, "useCases">): BetterAuthPlugin {
  return {
    id: "limit-passwords",
    hooks: {
      before: hook(matcher, async (endpoint) => {
        const account = await accountOf(endpoint);
        if (account !== undefined) await useCases.countPasswordGuess(account);
      }),
      after: hook(matcher, async (endpoint) => {
        if (isAPIError(endpoint.context.returned)) return;
        const account = await accountOf(endpoint);
        if (account !== undefined) await useCases.forgetPasswordGuesses(account);
      }),
    },
  };
}

/** Returns the name of the count of tries. A signed-in user has another name, so that strangers can't block the user. */
async function accountOf(endpoint: Parameters<typeof getSessionFromCtx>[0]): Promise<string | undefined> {
  if (ofSession.has(endpoint.path)) {
    const session = await getSessionFromCtx(endpoint);
    return session === null ? undefined : `user ${session.user.id}`;
  }
  const { email } = (endpoint.body ?? {}) as { email?: unknown };
  return typeof email === "string" ? `email ${normaliseEmail(email)}` : undefined;
}

const isSignIn = ({ path }: HookEndpointContext) => path === "/sign-in/email";

/**
 * Ends a new session if the password was replaced during the sign-in. The library stores the session only after the slow check of the old
 * hash. A simultaneous password change ends only the sessions that the database has at that time, and would miss the new session.
 */
export function endOutdatedSignIns({ db }: Pick<PluginDeps, "db">): BetterAuthPlugin {
  /** The password hash of the account before the library checks the password, for each request. */
  const hashes = new WeakMap<Request, string>();
  return {
    id: "outdated-sign-ins",
    hooks: {
      before: hook(isSignIn, async ({ request, body, context }) => {
        const { email } = (body ?? {}) as { email?: unknown };
        if (request === undefined || typeof email !== "string") return;
        const found = await context.internalAdapter.findUserByEmail(email.toLowerCase(), { includeAccounts: true });
        const hash = found?.accounts.find(({ providerId }) => providerId === "credential")?.password;
        if (hash) hashes.set(request, hash);
      }),
      after: hook(isSignIn, async ({ request, context: { newSession, internalAdapter } }) => {
        if (newSession === null) return;
        const { user, session } = newSession;
        const hash = request && hashes.get(request);
        if (hash !== undefined && (await accountQueries(db).hasPassword(user.id, hash))) return;
        await internalAdapter.deleteSession(session.token);
        throw unauthenticated("Invalid email or password", "Bearer");
      }),
    },
  };
}
