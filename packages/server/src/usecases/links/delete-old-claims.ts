import type { Deps } from "../ports/index.ts";

const DAY_MS = 86_400_000;
/** The number of claims that one statement deletes. This keeps the statement short, because SQLite runs it on the thread that serves requests. */
const BATCH = 1_000;

/** Deletes claims a day after their window has ended. The link keeps its counts, and the audit log keeps the events of the claims. */
export function deleteOldClaims({ db, clock }: Deps) {
  return async (): Promise<void> => {
    const before = clock() - DAY_MS;
    while ((await db.linkVisits.deleteClaims(before, { limit: BATCH })) === BATCH);
  };
}
