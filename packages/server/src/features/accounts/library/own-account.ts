import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { deleteSessionCookie, setSessionCookie } from "better-auth/cookies";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { toIso } from "../../../platform/http/wire.ts";
import { readEmail } from "../../people/person.ts";
import { bodyOf, callerOf, DONE, ownerOf, type PluginDeps, POST } from "./library-request.ts";
import { checkPassword } from "./password-sign-up.ts";

/**
 * The endpoints for links in mails, for password changes, and for the deletion of the account. They replace the password reset of
 * better-auth, which sends mails during the request and puts the token into a path (ADR 13). They also replace the password change of
 * better-auth, which ends the sessions before it stores the new password. A person who signs in with the old password between these two
 * steps would keep the session.
 */
export function ownAccount({ useCases, logChange }: PluginDeps): BetterAuthPlugin {
  return {
    id: "own-account",
    endpoints: {
      requestPasswordReset: createAuthEndpoint("/request-password-reset", POST, async (endpoint) => {
        const email = readEmail(bodyOf(endpoint).email);
        if (email === undefined) throw new HttpProblem("invalid_request", "The email address is not valid.");
        await useCases.requestPasswordReset(email);
        return endpoint.json(DONE);
      }),
      checkPasswordReset: createAuthEndpoint("/check-password-reset", POST, async (endpoint) =>
        endpoint.json(await useCases.checkResetLink(tokenOf(endpoint))),
      ),
      resetPassword: createAuthEndpoint("/reset-password", POST, async (endpoint) => {
        const { newPassword, revokeApiTokens } = bodyOf(endpoint);
        const token = tokenOf(endpoint);
        const password = checkPassword(newPassword);
        // A password hash is slow. The check comes first, so that strangers without a link can't make the server hash passwords.
        const { email } = await useCases.checkResetLink(token);
        const passwordHash = await endpoint.context.password.hash(password);
        const { userId, isMailed, hasSecondFactor } = await useCases.resetPassword({
          token,
          passwordHash,
          revokeApiTokens: revokeApiTokens === true,
        });
        logChange("the password was reset", { userId, cause: isMailed ? "link from a mail" : "link of the operator" });
        await useCases.forgetPasswordGuesses(`email ${email}`);
        const { internalAdapter } = endpoint.context;
        const user = await internalAdapter.findUserById(userId);
        if (user === null) throw new Error("The account of a password reset is missing.");
        if (!hasSecondFactor) {
          const session = await internalAdapter.createSession(userId);
          await setSessionCookie(endpoint, { session, user });
        }
        return endpoint.json({ token: null, user });
      }),
      requestEmailProof: createAuthEndpoint("/request-email-proof", POST, async (endpoint) => {
        await useCases.requestEmailProof(await callerOf(endpoint));
        return endpoint.json(DONE);
      }),
      proveEmail: createAuthEndpoint("/prove-email", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        await useCases.proveEmail(caller, tokenOf(endpoint));
        logChange("the email address was proven", { userId: caller.userId, cause: "link from a mail" });
        return endpoint.json(DONE);
      }),
      requestEmailChange: createAuthEndpoint("/request-email-change", POST, async (endpoint) => {
        const email = readEmail(bodyOf(endpoint).newEmail);
        if (email === undefined) throw new HttpProblem("invalid_request", "The email address is not valid.");
        await useCases.requestEmailChange(await ownerOf(endpoint), email);
        return endpoint.json(DONE);
      }),
      confirmEmailChange: createAuthEndpoint("/confirm-email-change", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        await useCases.confirmEmailChange(caller, tokenOf(endpoint));
        logChange("the email address was changed", { userId: caller.userId, cause: "link from a mail" });
        return endpoint.json(DONE);
      }),
      changePassword: createAuthEndpoint("/change-password", POST, async (endpoint) => {
        const { newPassword, revokeApiTokens } = bodyOf(endpoint);
        const password = checkPassword(newPassword);
        const owner = await ownerOf(endpoint, { field: "currentPassword" });
        const { internalAdapter, password: hashes } = endpoint.context;
        const to = await hashes.hash(password);
        await useCases.changePassword(owner, { to, revokeApiTokens: revokeApiTokens === true });
        const { userId } = owner.caller;
        const session = await internalAdapter.createSession(userId);
        const user = await internalAdapter.findUserById(userId);
        if (user === null) throw new Error("The account of a password change is missing.");
        await setSessionCookie(endpoint, { session, user });
        return endpoint.json({ token: null, user });
      }),
      countAccountContents: createAuthEndpoint("/account-contents", { method: "GET" }, async (endpoint) =>
        endpoint.json(await useCases.countAccountContents(await callerOf(endpoint))),
      ),
      /** The owner can cancel the deletion within 14 days, with a sign-in. */
      deleteAccount: createAuthEndpoint("/delete-account", POST, async (endpoint) => {
        const owner = await ownerOf(endpoint);
        const { deleteAt } = await useCases.closeOwnAccount(owner);
        logChange("the account was closed", { userId: owner.caller.userId, cause: "settings" });
        deleteSessionCookie(endpoint);
        return endpoint.json({ deleteAt: toIso(deleteAt) });
      }),
    },
  };
}

function tokenOf(endpoint: { body?: unknown }): string {
  const { token } = bodyOf(endpoint);
  if (typeof token === "string") return token;
  throw new HttpProblem("invalid_request", "The token of the link is missing.");
}
