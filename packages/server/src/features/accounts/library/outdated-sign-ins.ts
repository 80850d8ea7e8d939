import type { BetterAuthPlugin, HookEndpointContext } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import { unauthenticated } from "../callers/unauthenticated.ts";

export type PasswordCheck = {
  /** Whether the account still has this password hash. If a transaction is changing the password, waits until that transaction ends. */
  hasPassword: (userId: string, passwordHash: string) => Promise<boolean>;
};

const matcher = ({ path }: HookEndpointContext) => path === "/sign-in/email";

/**
 * Ends a new session if the password was replaced during the sign-in. A password change ends only the sessions that are already stored. The
 * library stores a new session only after the slow check of the old hash. So a password change during that check would miss the new
 * session.
 */
export function endOutdatedSignIns({ hasPassword }: PasswordCheck): BetterAuthPlugin {
  /** The password hash of each request, read before the library verifies the password. */
  const hashes = new WeakMap<Request, string>();
  return {
    id: "outdated-sign-ins",
    hooks: {
      before: [
        {
          matcher,
          handler: createAuthMiddleware(async ({ request, body, context }) => {
            const { email } = (body ?? {}) as { email?: unknown };
            if (request === undefined || typeof email !== "string") return;
            const found = await context.internalAdapter.findUserByEmail(email.toLowerCase(), { includeAccounts: true });
            const hash = found?.accounts.find(({ providerId }) => providerId === "credential")?.password;
            if (hash) hashes.set(request, hash);
          }),
        },
      ],
      after: [
        {
          matcher,
          handler: createAuthMiddleware(async ({ request, context: { newSession, internalAdapter } }) => {
            if (newSession === null) return;
            const { user, session } = newSession;
            const hash = request && hashes.get(request);
            if (hash !== undefined && (await hasPassword(user.id, hash))) return;
            await internalAdapter.deleteSession(session.token);
            throw unauthenticated("Invalid email or password", "Bearer");
          }),
        },
      ],
    },
  };
}
