import { setTimeout as sleep } from "node:timers/promises";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { deleteWaiting, type PlannedDeletion } from "./object-deletions.ts";

/** How long a caller waits for a deletion that is queued too. Milliseconds. */
const WAIT_MS = 250;

/**
 * Runs a transaction that queues the deletion of objects, and then starts the deletions. `work` gets the current instant (milliseconds),
 * and returns the deletions that it queued.
 */
export async function releaseObjects(
  deps: Deps,
  work: (tx: Tx, now: number) => Promise<PlannedDeletion[]>,
): Promise<void> {
  const now = deps.clock();
  const planned = await deps.db.transaction((tx) => work(tx, now), { freesSpace: true });
  if (planned.length > 0) deps.onDeletionsQueued();
  await forAMoment(deleteWaiting(deps, { planned, now }));
}

/**
 * Waits a short time for a deletion that never rejects, because the object is usually gone by then. The deletion continues after this time,
 * so a bucket that does not respond does not delay the caller.
 */
export async function forAMoment(deletion: Promise<unknown>): Promise<void> {
  const waited = new AbortController();
  const late = sleep(WAIT_MS, undefined, { signal: waited.signal, ref: false }).catch(() => undefined);
  await Promise.race([deletion, late]);
  waited.abort();
}
