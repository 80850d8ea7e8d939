import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import {
  limitCountQueries,
  takeFromWindow,
  type WindowLimit,
  windowKey,
} from "../../../platform/limits/in-database.ts";
import { createWindows } from "../../../platform/limits/in-memory.ts";

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

const GUESSES: WindowLimit = { name: "password", max: 10, windowMs: 15 * MINUTE_MS };

const TOO_MANY_GUESSES =
  "Too many wrong passwords for this account. Wait until Retry-After has passed, then try again.";

/** Limits how many wrong passwords people can try for one account, from all IP addresses together. */
export function createPasswordGuesses(deps: Deps) {
  return {
    /** Counts a try before the check, because tries run in parallel. `account`: as typed, even if unknown. Throws `rate_limited`. */
    async countPasswordGuess(account: string): Promise<void> {
      await takeFromWindow(deps, { limit: GUESSES, holder: account, amount: 1, problem: TOO_MANY_GUESSES });
    },

    /** Sets the count of tries to 0 after a right password. */
    forgetPasswordGuesses(account: string): Promise<void> {
      return limitCountQueries(deps.db).reset(windowKey(GUESSES, account));
    },
  };
}
