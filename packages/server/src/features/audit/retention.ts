import { randomBytes } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { syncFolder } from "../../platform/files.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import type { AuditEvent } from "./audit-event.ts";
import { type PartitionRow, partitionQueries } from "./partition-queries.ts";
import { auditQueries } from "./queries.ts";

/** Stores old audit events outside the database. */
export type AuditArchive = {
  /** Resolves when the events are on the disk. The caller may append one event twice. */
  append(events: readonly AuditEvent[]): Promise<void>;
};

const INTERVAL_MS = 3_600_000;

/**
 * The job runs once an hour. It adds partitions, exports old audit events to files, and deletes the exported events from the database.
 */
export function startAuditRetention({
  useCases,
  logger,
}: {
  useCases: { addAuditPartition: () => Promise<void>; expireAuditEvents: () => Promise<number> };
  logger: Logger;
}): Loop {
  return startLoop({
    async round() {
      const onError = (error: unknown) =>
        logger.error({ err: error }, "A partition of the audit log could not be added. The log still accepts events.");
      await useCases.addAuditPartition().catch(onError);
      const events = await useCases.expireAuditEvents();
      if (events > 0) logger.info({ events }, "old audit events were exported and deleted");
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The export of old audit events failed. It is retried."),
  });
}

const DAY_MS = 86_400_000;

const BATCH = 500;

type Expiring = Pick<Deps, "db"> & { before: string; archive: AuditArchive };

/**
 * Exports the audit events that are older than the retention period, and then deletes the exported events. Returns the number of deleted
 * events. No event is deleted before its export. An event is exported twice if the process is killed between the two steps, or if two
 * replicas run the job in parallel.
 */
export function expireAuditEvents({ db, clock, auditRetention }: Pick<Deps, "db" | "clock" | "auditRetention">) {
  return async (): Promise<number> => {
    if (auditRetention === undefined) return 0;
    const { days, archive } = auditRetention;
    const before = firstIdAt(clock() - days * DAY_MS);
    if (db.engine.name === "sqlite") return deleteOldest({ db, before, archive });
    let expired = 0;
    for (const partition of await listPartitions(db)) {
      const { from, to } = partition;
      if (to !== undefined && to <= before) expired += await drop({ db, archive }, { ...partition, to });
      else if (from === undefined) expired += await deleteOldest({ db, archive, before });
      else break;
    }
    return expired;
  };
}

/**
 * Exports and deletes the events before an id, in small batches. The function reads the events owner by owner, because the index is sorted
 * by owner. An additional index by time would make each insert of an event slower.
 */
async function deleteOldest({ db, before, archive }: Expiring): Promise<number> {
  let expired = 0;
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
}

/**
 * A partition of PostgreSQL, with the ids from `from` until before `to`. The first partition has no `from`: it contains the events from
 * before the first division. The last partition has no `to`, so the log can store each event even if no service has added a partition for
 * months.
 */
type Partition = PartitionRow & { from: string | undefined; to: string | undefined };

async function listPartitions(db: Tx): Promise<Partition[]> {
  const rows = await partitionQueries(db).list();
  const starts = rows.map(({ name }) => startOf(name));
  return rows.map((row, nth) => ({ ...row, from: starts[nth], to: starts[nth + 1] }));
}

const nameOf = (month: number) => `audit_events_${new Date(month).toISOString().slice(0, 7).replace("-", "_")}`;

/** Returns the first id of a partition with a month in its name. */
function startOf(name: string): string | undefined {
  const [, year, month] = /_(\d{4})_(\d\d)$/.exec(name) ?? [];
  return year === undefined ? undefined : firstIdAt(Date.UTC(Number(year), Number(month) - 1));
}

/**
 * Adds a partition for the next month as soon as the last partition has begun. So the last partition has few rows when it gets its end,
 * and PostgreSQL checks them quickly. On SQLite, the function does nothing.
 */
export function addAuditPartition({ db, clock }: Pick<Deps, "db" | "clock">) {
  return async (): Promise<void> => {
    if (db.engine.name === "sqlite") return;
    const now = new Date(clock());
    const hasBegun = ({ from = "" }: Partition) => from <= firstIdAt(now.getTime());
    if (!(await listPartitions(db)).every(hasBegun)) return;
    await db.transaction(async (tx) => {
      if (!(await partitionQueries(tx).lock())) return;
      const partitions = await listPartitions(tx);
      const last = partitions.at(-1);
      if (last === undefined || !partitions.every(hasBegun)) return;
      const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
      await partitionQueries(tx).add(last, { name: nameOf(next), from: firstIdAt(next) });
    });
    // PostgreSQL ends the work even if it takes longer than the service waits for a query.
    await partitionQueries(db)
      .analyze()
      .catch(() => undefined);
  };
}

/** Exports all events of a partition, and drops it. Returns the number of exported events. */
async function drop({ db, archive }: Omit<Expiring, "before">, partition: Partition & { to: string }): Promise<number> {
  const { name, from = "", to, isExported } = partition;
  let exported = 0;
  if (!isExported) {
    let last = { ownerId: "", isRoutine: 0, id: "" };
    for (;;) {
      const events = await partitionQueries(db).listAfter(last, { from, to, limit: BATCH });
      const end = events.at(-1);
      if (end === undefined) break;
      await archive.append(events.map(({ event }) => event));
      last = { ...end.event, isRoutine: end.isRoutine };
      exported += events.length;
    }
    await partitionQueries(db).markExported(name);
  }
  await db.transaction(async (tx) => {
    if (!(await partitionQueries(tx).lock())) return;
    const isThere = (await partitionQueries(tx).list()).some((each) => each.name === name);
    if (isThere) await partitionQueries(tx).drop(name, { from, to });
  });
  return exported;
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
