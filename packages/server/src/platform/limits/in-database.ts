import { createHash } from "node:crypto";
import type { Tx } from "../database/queries.ts";
import type { Deps } from "../deps.ts";
import { DomainError } from "../errors.ts";
import { limitCountQueries } from "./queries.ts";

/**
 * A limit that all replicas share. `max`: the largest sum of the amounts in a time window of `windowMs` milliseconds. The window begins
 * when the first amount is taken.
 */
export type WindowLimit = { name: string; max: number; windowMs: number };

/**
 * Takes an amount from the limit of a holder. The caller can return the amount with the function `giveBack` in the result.
 * Throws `rate_limited` if too little of the limit is left. The error contains the time until the window expires.
 */
export async function takeFromWindow(
  { db, clock }: Pick<Deps, "clock"> & { db: Tx },
  { limit, holder, amount, problem }: { limit: WindowLimit; holder: string; amount: number; problem: string },
): Promise<{ giveBack(queries: Tx, amount: number): Promise<void> }> {
  const now = clock();
  const key = windowKey(limit, holder);
  const { max, windowMs } = limit;
  const { isTaken, expiresAt } = await limitCountQueries(db).take(key, { amount, max, now, expiresAt: now + windowMs });
  if (!isTaken) throw rateLimited(problem, expiresAt - now);
  return { giveBack: (queries, returned) => limitCountQueries(queries).giveBack(key, { amount: returned, expiresAt }) };
}

/**
 * Returns the key that the database stores for a window. The key is a hash, because the holder can be a text from the sign-in form, for
 * example a password by mistake.
 */
export function windowKey({ name }: WindowLimit, holder: string): string {
  return createHash("sha256").update(`${name} ${holder}`).digest("base64url");
}

/** Makes the error for a request over a limit. The client can repeat the request after `waitMs` milliseconds. */
export function rateLimited(problem: string, waitMs: number): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new DomainError("rate_limited", problem, { retryAfterSeconds });
}

export function deleteExpiredWindows({ db, clock }: Deps) {
  return (): Promise<void> => limitCountQueries(db).deleteExpired(clock());
}

const LINK_LOOKS: WindowLimit = { name: "link looks", max: 300, windowMs: 60_000 };

const TOO_MANY_LOOKS = "Too many requests in a short time. Wait until Retry-After has passed, then try again.";

/** Waits for a write that only counts a visit. On a full disk, the visit is not counted, but the visitor still sees the page. */
export async function unlessDiskIsFull(counted: Promise<unknown>): Promise<void> {
  await counted.catch((error) => {
    if (!(error instanceof DomainError && error.code === "storage_full")) throw error;
  });
}

/** Returns the limit for one network, which counts opened links and opened invitations together. */
export function limitOf(network: string) {
  return { limit: LINK_LOOKS, holder: network, amount: 1, problem: TOO_MANY_LOOKS };
}
