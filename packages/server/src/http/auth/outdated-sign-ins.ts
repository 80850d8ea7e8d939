import type { BetterAuthPlugin, HookEndpointContext } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import { unauthenticated } from "./unauthenticated.ts";

export type PasswordCheck = {
  /** Whether the account has this password hash. Waits for a transaction that is changing the password. */
  hasPassword: (userId: string, passwordHash: string) => Promise<boolean>;
};

const matcher = ({ path }: HookEndpointContext) => path === "/sign-in/email";

/**
 * Ends the session of a sign-in if its password was replaced during the sign-in. A new password ends only the sessions that are already
 * stored. The library first verifies the old hash, which is slow, and stores the session afterwards.
 */
export function endOutdatedSignIns({ hasPassword }: PasswordCheck): BetterAuthPlugin {
  /** The password hashes from before the verification, by request. */
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
