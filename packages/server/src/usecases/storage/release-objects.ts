import type { Deps, Queries } from "../ports/index.ts";
import { deleteWaiting, type PlannedDeletion } from "./object-deletions.ts";

/**
 * Runs a transaction that queues the deletion of objects, and then starts the deletions. `work` gets the current instant (milliseconds),
 * and returns the deletions that it queued.
 */
export async function releaseObjects(
  deps: Deps,
  work: (tx: Queries, now: number) => Promise<PlannedDeletion[]>,
): Promise<void> {
  const now = deps.clock();
  const planned = await deps.db.transaction((tx) => work(tx, now), { freesSpace: true });
  if (planned.length > 0) deps.onDeletionsQueued();
  await deleteWaiting(deps, { planned, now });
}
