import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import type { AccountVerbs } from "../index.ts";
import { checkPassword } from "./account-creation.ts";
import { bodyOf, ownerOf, POST } from "./endpoint.ts";

/**
 * Replaces the password change of better-auth, which ends the sessions before it stores the new password. A person who signs in with the
 * old password between these two steps would keep the session.
 */
export function changesPassword({ safety }: { safety: Pick<AccountVerbs, "changePassword"> }): BetterAuthPlugin {
  return {
    id: "change-password",
    endpoints: {
      changePassword: createAuthEndpoint("/change-password", POST, async (endpoint) => {
        const { newPassword, revokeApiTokens } = bodyOf(endpoint);
        const password = checkPassword(newPassword);
        const owner = await ownerOf(endpoint, { field: "currentPassword" });
        const { internalAdapter, password: hashes } = endpoint.context;
        const to = await hashes.hash(password);
        await safety.changePassword(owner, { to, revokeApiTokens: revokeApiTokens === true });
        const { userId } = owner.caller;
        const session = await internalAdapter.createSession(userId);
        const user = await internalAdapter.findUserById(userId);
        if (user === null) throw new Error("The account of a password change is missing.");
        await setSessionCookie(endpoint, { session, user });
        return endpoint.json({ token: null, user });
      }),
    },
  };
}
