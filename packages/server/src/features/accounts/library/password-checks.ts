import type { BetterAuthPlugin, HookEndpointContext } from "better-auth";
import { getSessionFromCtx, isAPIError } from "better-auth/api";
import { normaliseEmail } from "../../people/person.ts";
import { unauthenticated } from "../callers/identity.ts";
import { accountQueries } from "../queries/accounts.ts";
import { hook, type PluginDeps } from "./library-request.ts";

/** The endpoints at which a signed-in user must enter the password again. */
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
 * Limits how many wrong passwords people can try for one account, from all IP addresses together. The library limits only the requests from
 * each IP address, before this plugin runs.
 * An email address without an account has the same limit, so that the response does not reveal whether an account exists.
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

/** The name for the count of tries. A signed-in user has another one, so that strangers can't block a change. */
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
 * Ends a new session if the password was replaced during the sign-in. The library stores a new session only after the slow check of the old
 * hash. A password change during the check ends only the stored sessions, and would miss the new session.
 */
export function endOutdatedSignIns({ db }: Pick<PluginDeps, "db">): BetterAuthPlugin {
  /** The password hash for each request, from before the check of the password. */
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
