import type { Deps } from "../../../platform/deps.ts";
import { linkVisitQueries } from "../queries/visits.ts";

const DAY_MS = 86_400_000;

/** Deletes each claim a day after its time window has ended. The counts of the link and the audit events of the claims stay. */
export function deleteOldClaims({ db, clock }: Deps) {
  return (): Promise<void> => linkVisitQueries(db).deleteClaims(clock() - DAY_MS);
}
