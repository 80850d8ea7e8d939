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
  /** Requests that let a stranger guess a secret, or that make the service hash a password. */
  attempt: { name: "account attempts", max: 10, windowMs: MINUTE_MS },
  other: { name: "account requests", max: 100, windowMs: MINUTE_MS },
} as const satisfies Record<string, WindowLimit>;

const TOO_MANY_REQUESTS = "Too many requests from your network. Wait until Retry-After has passed, then try again.";

/**
 * Limits how often the clients of one network can call one account route, on all replicas together. The first request starts a window of
 * one minute, and later requests do not extend it. Throws `rate_limited`.
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
    /** Counts a try before its check, because tries run in parallel. `account`: the typed email address, or the id of the user. */
    async countPasswordGuess(account: string): Promise<void> {
      await takeFromWindow(deps, { limit: GUESSES, holder: account, amount: 1, problem: TOO_MANY_GUESSES });
    },

    forgetPasswordGuesses(account: string): Promise<void> {
      return limitCountQueries(deps.db).reset(windowKey(GUESSES, account));
    },
  };
}
