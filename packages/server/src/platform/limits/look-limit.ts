import { DomainError } from "../errors.ts";
import type { WindowLimit } from "./in-database.ts";

const LIMIT: WindowLimit = { name: "link looks", max: 300, windowMs: 60_000 };

const PROBLEM = "Too many requests in a short time. Wait until Retry-After has passed, then try again.";

/** Waits for a write that only counts a visit. On a full disk, the visit is not counted, but the visitor still sees the page. */
export async function unlessDiskIsFull(counted: Promise<unknown>): Promise<void> {
  await counted.catch((error) => {
    if (!(error instanceof DomainError && error.code === "storage_full")) throw error;
  });
}

/** Returns the limit for one network, which counts opened links and opened invitations together. */
export function limitOf(network: string) {
  return { limit: LIMIT, holder: network, amount: 1, problem: PROBLEM };
}
