import type { Deps } from "../../platform/deps.ts";
import { deleteExpiredAccountLinks } from "./own/account-links.ts";
import { createDeletions, deleteClosedAccounts } from "./own/delete-account.ts";
import { createEmails } from "./own/email.ts";
import { recordBrowser } from "./own/known-browsers.ts";
import { authenticateSession, deleteExpiredSessions, hasPassword } from "./own/owner.ts";
import { createPasskeys } from "./own/passkeys.ts";
import { createPasswords } from "./own/password.ts";
import { createPasswordGuesses, limitAccountRequests } from "./own/request-limits.ts";
import { checkSecondFactor, createSecondFactors } from "./own/second-factor.ts";

export type AccountVerbs = ReturnType<typeof createAccounts>;

export function createAccounts(deps: Deps) {
  return {
    ...createDeletions(deps),
    ...createEmails(deps),
    ...createPasskeys(deps),
    ...createPasswordGuesses(deps),
    ...createPasswords(deps),
    ...createSecondFactors(deps),
    authenticateSession: authenticateSession(deps),
    checkSecondFactor: checkSecondFactor(deps),
    deleteClosedAccounts: deleteClosedAccounts(deps),
    deleteExpiredAccountLinks: deleteExpiredAccountLinks(deps),
    deleteExpiredSessions: deleteExpiredSessions(deps),
    hasPassword: hasPassword(deps),
    limitAccountRequests: limitAccountRequests(deps),
    recordBrowser: recordBrowser(deps),
  };
}
