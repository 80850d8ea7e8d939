import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { readEmail } from "../../people/person.ts";
import type { SharingVerbs } from "../../sharing/index.ts";
import { createAccount } from "./account-creation.ts";

/**
 * Replaces the sign-up of better-auth, because better-auth hashes the password inside a transaction, which blocks all other writers of
 * SQLite.
 * Throws the errors of `admitSignUp` and of `createAccount`.
 */
export function signUpWithPassword({ admitSignUp }: Pick<SharingVerbs, "admitSignUp">): BetterAuthPlugin {
  return {
    id: "sign-up-with-password",
    endpoints: {
      signUpEmail: createAuthEndpoint("/sign-up/email", { method: "POST" }, async (endpoint) => {
        const { email, name, password, rememberMe, invitation } = (endpoint.body ?? {}) as Record<string, unknown>;
        if (invitation !== undefined && typeof invitation !== "string") {
          throw new HttpProblem("invalid_request", "invitation must be the token of an invitation.");
        }
        const accept = await admitSignUp({ email: readEmail(email), token: invitation });
        const user = await createAccount(endpoint.context, { email, name, password });
        await accept(user);
        const isShort = rememberMe === false;
        const session = await endpoint.context.internalAdapter.createSession(user.id, isShort);
        await setSessionCookie(endpoint, { session, user }, isShort);
        // The response contains no token, because only the signed cookie authenticates a client.
        return endpoint.json({ token: null, user });
      }),
    },
  };
}
