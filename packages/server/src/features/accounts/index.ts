import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { WindowLimit } from "../../platform/limits/in-database.ts";
import { createWindows } from "../../platform/limits/in-memory.ts";
import { deleteExpiredAccountLinks } from "./own/account-links.ts";
import { createDeletions, deleteClosedAccounts } from "./own/delete-account.ts";
import { createEmails } from "./own/email.ts";
import { recordBrowser } from "./own/known-browsers.ts";
import { authenticateSession, deleteExpiredSessions, hasPassword } from "./own/owner.ts";
import { createPasskeys } from "./own/passkeys.ts";
import { createPasswords } from "./own/password.ts";
import { checkSecondFactor, createSecondFactors } from "./own/second-factor.ts";

export type AccountVerbs = ReturnType<typeof createAccounts>;

/** Creates the functions about accounts that the rest of the service calls. */
export function createAccounts(deps: Deps) {
  return {
    ...createDeletions(deps),
    ...createEmails(deps),
    ...createPasskeys(deps),
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

const MINUTE_MS = 60_000;

const REQUESTS = {
  /** The requests with which a stranger can guess a secret, or make the service hash a password. */
  attempt: { name: "account attempts", max: 10, windowMs: MINUTE_MS },
  other: { name: "account requests", max: 100, windowMs: MINUTE_MS },
} as const satisfies Record<string, WindowLimit>;

const TOO_MANY_REQUESTS = "Too many requests from your network. Wait until Retry-After has passed, then try again.";

/**
 * Limits how often the clients of one network can call one account route. A window of one minute begins with its first request, and further
 * requests do not extend it. All replicas count together. Throws `rate_limited`.
 */
export function limitAccountRequests(deps: Pick<Deps, "clock"> & { db: Tx }) {
  const take = createWindows(deps, { problem: TOO_MANY_REQUESTS });
  return (kind: keyof typeof REQUESTS, { network, path }: { network: string; path: string }): Promise<void> =>
    take(REQUESTS[kind], `${path} ${network}`);
}
