import { randomBytes } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Deps } from "../../platform/deps.ts";
import { syncFolder } from "../../platform/files.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import type { AuditEvent } from "./audit-event.ts";
import { auditQueries } from "./queries.ts";

/** Stores old audit events outside the database. */
export type AuditArchive = {
  /** Resolves when the events are on the disk. The caller may append one event twice. */
  append(events: readonly AuditEvent[]): Promise<void>;
};

const INTERVAL_MS = 3_600_000;

/** The job runs once an hour, exports old audit events to files, and deletes the exported events from the database. */
export function startAuditRetention({
  useCases,
  logger,
}: {
  useCases: { expireAuditEvents: () => Promise<number> };
  logger: Logger;
}): Loop {
  return startLoop({
    async round() {
      const events = await useCases.expireAuditEvents();
      if (events > 0) logger.info({ events }, "old audit events were exported and deleted");
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The export of old audit events failed. It is retried."),
  });
}

const DAY_MS = 86_400_000;

const BATCH = 500;

/**
 * Exports the audit events that are older than the retention period, and then deletes the exported events, in small batches. Returns the
 * number of deleted events. No event is deleted before its export. An event is exported twice if the process is killed between the two
 * steps, or if two replicas run the job in parallel.
 */
export function expireAuditEvents({ db, clock, auditRetention }: Pick<Deps, "db" | "clock" | "auditRetention">) {
  return async (): Promise<number> => {
    if (auditRetention === undefined) return 0;
    const { days, archive } = auditRetention;
    const before = clock() - days * DAY_MS;
    let expired = 0;
    // The job reads the events owner by owner, because the index is sorted by owner. An additional index by time would make each insert of
    // an event slower.
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

/**
 * Appends audit events durably to files in `folder`, one JSON object on each line. Each process has a separate file for each day. After a
 * crash, the last line of a file may be incomplete. The service exports the event of an incomplete line again to another file.
 */
export function createAuditArchive({ folder, clock }: { folder: string; clock: () => number }): AuditArchive {
  const newSuffix = () => randomBytes(4).toString("hex");
  let suffix = newSuffix();
  return {
    async append(events) {
      const day = new Date(clock()).toISOString().slice(0, 10);
      const lines = events.map((event) => `${JSON.stringify({ ...event, at: new Date(event.at).toISOString() })}\n`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        const file = await open(join(folder, `${day}-${suffix}.jsonl`), "a", 0o600);
        try {
          await file.writeFile(lines.join(""));
          await file.sync();
        } finally {
          await file.close();
        }
        await syncFolder(folder);
      } catch (error) {
        // The file may now end with an incomplete line, so the next export starts a new file.
        suffix = newSuffix();
        throw error;
      }
    },
  };
}
