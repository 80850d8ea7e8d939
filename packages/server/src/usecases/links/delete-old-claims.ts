import type { Deps } from "../ports/index.ts";

const DAY_MS = 86_400_000;
/**
 * The maximum number of claims that one statement deletes. A statement must take little time, because with SQLite, it blocks the thread
 * that serves HTTP requests.
 */
const BATCH = 1_000;

/** Deletes each claim a day after its time window has ended. The counts of the link and the audit events of the claims stay. */
export function deleteOldClaims({ db, clock }: Deps) {
  return async (): Promise<void> => {
    const before = clock() - DAY_MS;
    while ((await db.linkVisits.deleteClaims(before, { limit: BATCH })) === BATCH);
  };
}
