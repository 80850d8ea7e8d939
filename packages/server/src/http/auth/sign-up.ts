import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { HttpProblem } from "../problem.ts";
import { createAccount } from "./account-creation.ts";

/**
 * Replaces the sign-up of better-auth, which hashes the password inside a transaction and so blocks SQLite for other writers.
 * Throws `access_denied` if sign-up is closed, and the errors of `createAccount`.
 */
export function signUpWithPassword({ signUp }: { signUp: "open" | "closed" }): BetterAuthPlugin {
  return {
    id: "sign-up-with-password",
    endpoints: {
      signUpEmail: createAuthEndpoint("/sign-up/email", { method: "POST" }, async (endpoint) => {
        if (signUp === "closed") {
          throw new HttpProblem("access_denied", "Sign-up is closed. Ask an administrator for an account.");
        }
        const { email, name, password, rememberMe } = (endpoint.body ?? {}) as Record<string, unknown>;
        const user = await createAccount(endpoint.context, { email, name, password });
        const isShort = rememberMe === false;
        const session = await endpoint.context.internalAdapter.createSession(user.id, isShort);
        await setSessionCookie(endpoint, { session, user }, isShort);
        // Only the signed cookie authenticates, so no client needs the token.
        return endpoint.json({ token: null, user });
      }),
    },
  };
}
