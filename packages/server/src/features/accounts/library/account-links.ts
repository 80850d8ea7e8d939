import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { readEmail } from "../../people/person.ts";
import type { AccountVerbs } from "../index.ts";
import { checkPassword } from "./account-creation.ts";
import { bodyOf, callerOf, DONE, ownerOf, POST } from "./endpoint.ts";
import type { PasswordLimit } from "./password-guess-hooks.ts";

/** The use cases for links in mails about accounts: to set a new password, and to prove or change an email address. */
export type AccountLinks = Pick<
  AccountVerbs,
  | "requestPasswordReset"
  | "checkResetLink"
  | "resetPassword"
  | "requestEmailProof"
  | "proveEmail"
  | "requestEmailChange"
  | "confirmEmailChange"
>;

/** Logs a change of an account. The log line never contains the email address. */
export type LogAccountChange = (message: string, change: { userId: string; cause: string }) => void;
type Options = Pick<PasswordLimit, "forgetPasswordGuesses"> & { links: AccountLinks; logChange: LogAccountChange };

/**
 * Replaces the password reset of better-auth (ADR 13), because better-auth sends mails during the request and puts the token into the path
 * of a URL. Each endpoint throws the errors of its use case.
 */
export function accountLinks({ links, forgetPasswordGuesses, logChange }: Options): BetterAuthPlugin {
  return {
    id: "account-links",
    endpoints: {
      requestPasswordReset: createAuthEndpoint("/request-password-reset", POST, async (endpoint) => {
        const email = readEmail(bodyOf(endpoint).email);
        if (email === undefined) throw new HttpProblem("invalid_request", "The email address is not valid.");
        await links.requestPasswordReset(email);
        return endpoint.json(DONE);
      }),
      checkPasswordReset: createAuthEndpoint("/check-password-reset", POST, async (endpoint) =>
        endpoint.json(await links.checkResetLink(tokenOf(endpoint))),
      ),
      resetPassword: createAuthEndpoint("/reset-password", POST, async (endpoint) => {
        const { newPassword, revokeApiTokens } = bodyOf(endpoint);
        const token = tokenOf(endpoint);
        const password = checkPassword(newPassword);
        // Checks the link first, because hashing is slow. So a stranger without a link can't make the server hash passwords.
        const { email } = await links.checkResetLink(token);
        const passwordHash = await endpoint.context.password.hash(password);
        const { userId, isMailed, hasSecondFactor } = await links.resetPassword({
          token,
          passwordHash,
          revokeApiTokens: revokeApiTokens === true,
        });
        logChange("the password was reset", { userId, cause: isMailed ? "link from a mail" : "link of the operator" });
        await forgetPasswordGuesses(`email ${email}`);
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
        await links.requestEmailProof(await callerOf(endpoint));
        return endpoint.json(DONE);
      }),
      proveEmail: createAuthEndpoint("/prove-email", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        await links.proveEmail(caller, tokenOf(endpoint));
        logChange("the email address was proven", { userId: caller.userId, cause: "link from a mail" });
        return endpoint.json(DONE);
      }),
      requestEmailChange: createAuthEndpoint("/request-email-change", POST, async (endpoint) => {
        const email = readEmail(bodyOf(endpoint).newEmail);
        if (email === undefined) throw new HttpProblem("invalid_request", "The email address is not valid.");
        await links.requestEmailChange(await ownerOf(endpoint), email);
        return endpoint.json(DONE);
      }),
      confirmEmailChange: createAuthEndpoint("/confirm-email-change", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        await links.confirmEmailChange(caller, tokenOf(endpoint));
        logChange("the email address was changed", { userId: caller.userId, cause: "link from a mail" });
        return endpoint.json(DONE);
      }),
    },
  };
}

function tokenOf(endpoint: { body?: unknown }): string {
  const { token } = bodyOf(endpoint);
  if (typeof token === "string") return token;
  throw new HttpProblem("invalid_request", "The token of the link is missing.");
}
