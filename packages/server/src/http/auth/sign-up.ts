import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { HttpProblem } from "../problem.ts";
import { createAccount } from "./account-creation.ts";

/**
 * Sign-up in place of the library's own, which hashes the password inside its transaction: on SQLite nobody could write meanwhile.
 * Throws `access_denied` when sign-up is closed, and as `createAccount` does.
 */
export function signUpWithPassword({ signUp }: { signUp: "open" | "closed" }): BetterAuthPlugin {
  return {
    id: "sign-up-with-password",
    endpoints: {
      signUpEmail: createAuthEndpoint("/sign-up/email", { method: "POST" }, async (endpoint) => {
        if (signUp === "closed") {
          throw new HttpProblem("access_denied", "Sign-up is closed here: ask an administrator for an account.");
        }
        const { email, name, password, rememberMe } = (endpoint.body ?? {}) as Record<string, unknown>;
        const user = await createAccount(endpoint.context, { email, name, password });
        const isShort = rememberMe === false;
        const session = await endpoint.context.internalAdapter.createSession(user.id, isShort);
        await setSessionCookie(endpoint, { session, user }, isShort);
        // The cookie is the session. Its token alone opens nothing (the cookie is signed), and nobody needs it.
        return endpoint.json({ token: null, user });
      }),
    },
  };
}
