import type { Deps } from "../../../platform/deps.ts";
import { takeFromWindow, type WindowLimit, windowKey } from "../../../platform/limits/in-database.ts";
import { limitCountQueries } from "../../../platform/limits/queries.ts";

const LIMIT: WindowLimit = { name: "password", max: 10, windowMs: 15 * 60_000 };

const PROBLEM = "Too many wrong passwords for this account. Wait until Retry-After has passed, then try again.";

/**
 * Counts a password before it is checked, so that parallel guesses can't exceed the limit.
 * `account`: the name that the person typed, even if no such account exists. Throws `rate_limited`.
 */
export function countPasswordGuess(deps: Pick<Deps, "db" | "clock">) {
  return async (account: string): Promise<void> => {
    await takeFromWindow(deps, { limit: LIMIT, holder: account, amount: 1, problem: PROBLEM });
  };
}

/** Sets the count of guesses to 0 after a right password. */
export function forgetPasswordGuesses({ db }: Pick<Deps, "db">) {
  return (account: string): Promise<void> => limitCountQueries(db).reset(windowKey(LIMIT, account));
}
