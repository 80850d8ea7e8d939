import type { Deps } from "../../platform/deps.ts";
import { auditQueries } from "./queries.ts";

const DAY_MS = 86_400_000;
const BATCH = 500;

/**
 * Exports the audit events that are older than the retention period, and then deletes them, in small batches. Returns the number of deleted
 * events. No event is deleted before its export. Some events are exported twice if the process is killed between the two steps, or if two
 * replicas run this at the same time.
 */
export function expireAuditEvents({ db, clock, auditRetention }: Pick<Deps, "db" | "clock" | "auditRetention">) {
  return async (): Promise<number> => {
    if (auditRetention === undefined) return 0;
    const { days, archive } = auditRetention;
    const before = clock() - days * DAY_MS;
    let expired = 0;
    // Reads the events owner by owner, because the index is sorted by owner. An additional index by time would make each insert of an event
    // slower.
    for (
      let owner = await auditQueries(db).nextOwner("");
      owner !== undefined;
      owner = await auditQueries(db).nextOwner(owner)
    ) {
      for (;;) {
        const events = await auditQueries(db).listOldest(owner, { before, limit: BATCH });
        if (events.length === 0) break;
        await archive.append(events);
        await auditQueries(db).deleteOfOwner(
          owner,
          events.map(({ id }) => id),
        );
        expired += events.length;
      }
    }
    return expired;
  };
}
