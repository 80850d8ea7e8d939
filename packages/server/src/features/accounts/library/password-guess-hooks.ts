import type { BetterAuthPlugin, HookEndpointContext } from "better-auth";
import { createAuthMiddleware, getSessionFromCtx, isAPIError } from "better-auth/api";
import { normaliseEmail } from "../../people/person.ts";

export type PasswordLimit = {
  /** Called before a password is checked. Throws `rate_limited` after too many guesses. */
  countPasswordGuess: (account: string) => Promise<void>;
  /** Called after a person entered the right password. Deletes the count of wrong guesses. */
  forgetPasswordGuesses: (account: string) => Promise<void>;
};

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
 * each IP address, and does so before this plugin runs.
 * The same limit applies to an email address without an account. So the response does not show whether an account exists.
 */
export function limitPasswords({ countPasswordGuess, forgetPasswordGuesses }: PasswordLimit): BetterAuthPlugin {
  return {
    id: "limit-passwords",
    hooks: {
      before: [
        {
          matcher,
          handler: createAuthMiddleware(async (endpoint) => {
            const account = await accountOf(endpoint);
            if (account !== undefined) await countPasswordGuess(account);
          }),
        },
      ],
      after: [
        {
          matcher,
          handler: createAuthMiddleware(async (endpoint) => {
            if (isAPIError(endpoint.context.returned)) return;
            const account = await accountOf(endpoint);
            if (account !== undefined) await forgetPasswordGuesses(account);
          }),
        },
      ],
    },
  };
}

/**
 * Returns the name under which guesses are counted. A signed-in user has a separate count. So other people who guess at the sign-in can't
 * stop the user from changing the password.
 */
async function accountOf(endpoint: Parameters<typeof getSessionFromCtx>[0]): Promise<string | undefined> {
  if (ofSession.has(endpoint.path)) {
    const session = await getSessionFromCtx(endpoint);
    return session === null ? undefined : `user ${session.user.id}`;
  }
  const { email } = (endpoint.body ?? {}) as { email?: unknown };
  return typeof email === "string" ? `email ${normaliseEmail(email)}` : undefined;
}
